import { request } from 'node:http';

/** A request whose path and headers are sent as they are. */
export function raw(
  url: string,
  options: { path?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url);
    const { path = pathname, method = 'GET', headers, body } = options;
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, body: text, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
