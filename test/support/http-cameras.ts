import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface HttpCameras {
  /** `/live.m3u8`: HLS of H.264, written while it is watched; `/cam.mjpg`: JPEG pictures in a row, ten a second. */
  url(path: string, credentials?: string): string;
  /** How often a path was asked for. */
  asked(path: string): number;
  close(): Promise<void>;
}

const FPS = 10;
const LIVE = 'testsrc2=size=192x96:rate=25';

/** Cameras behind a web server. With `user` everything needs HTTP Basic authentication. */
export async function httpCameras(
  folder: string,
  protection?: { readonly user: string; readonly password: string },
): Promise<HttpCameras> {
  const directory = join(folder, `hls-${process.pid}-${Date.now()}`);
  mkdirSync(directory);
  const pictures = [0, 1].map((at) => jpeg(at));
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (protection && request.headers.authorization !== basic(protection)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="cameras"', 'Content-Length': 0 }).end();
    } else if (path === '/cam.mjpg') film(request, response, pictures);
    else file(response, join(directory, path));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let hls: ChildProcess | undefined;
  return {
    url(path, credentials) {
      if (path === '/live.m3u8') hls ??= broadcast(directory);
      return `http://${credentials ? `${credentials}@` : ''}127.0.0.1:${port}${path}`;
    },
    asked: (path) => asked.get(path) ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      if (hls && hls.exitCode === null) {
        hls.kill('SIGKILL');
        await once(hls, 'exit');
      }
    },
  };
}

function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A picture of 192x96. */
export function jpeg(at: number): Buffer {
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=192x96:rate=1', '-vf', `select=eq(n\\,${at})`];
  return execFileSync('ffmpeg', ['-nostdin', '-loglevel', 'error', ...input, '-frames:v', '1', '-f', 'mjpeg', '-']);
}

/** Pictures in a row, ten a second, until the client goes. */
export function film(request: IncomingMessage, response: ServerResponse, pictures: readonly Buffer[]): void {
  response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=picture' });
  let count = 0;
  const timer = setInterval(() => {
    const picture = pictures[count % pictures.length]!;
    count += 1;
    response.write(`--picture\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
    response.write(picture);
    response.write('\r\n');
  }, 1000 / FPS);
  request.on('close', () => clearInterval(timer));
}

function broadcast(directory: string): ChildProcess {
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-pix_fmt', 'yuv420p'];
  const hls = ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '4', '-hls_flags', 'delete_segments+temp_file'];
  const input = ['-re', '-f', 'lavfi', '-i', LIVE];
  const output = [...codec, ...hls, join(directory, 'live.m3u8')];
  return spawn('ffmpeg', ['-nostdin', '-loglevel', 'error', ...input, ...output], { stdio: 'ignore' });
}

function file(response: ServerResponse, path: string): void {
  if (!existsSync(path)) {
    response.writeHead(404, { 'Content-Length': 0 }).end();
    return;
  }
  const type = path.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp2t';
  response.writeHead(200, { 'Content-Type': type }).end(readFileSync(path));
}
