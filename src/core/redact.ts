/**
 * Replaces user names and passwords in every URL inside a text, and the values of query keys that hold secrets.
 * `rtsp://user:pw@cam/1?token=x` becomes `rtsp://***@cam/1?token=***`.
 */
export function redact(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, '$1***@')
    .replace(
      /([?&](?:token|password|passwd|pwd|pass|secret|key|auth|user|username|access_token)=)[^&\s'"]*/gi,
      '$1***',
    );
}
