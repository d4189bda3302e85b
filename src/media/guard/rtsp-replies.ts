const [LF, CR, DOLLAR] = [0x0a, 0x0d, 0x24];
/** FFmpeg's line buffer. */
const MOST_LINE = 4095;

/**
 * Finds redirects in what an RTSP server sends. It reads the bytes as FFmpeg does (`ff_rtsp_read_reply`), with its liberties,
 * so that nothing is a reply to FFmpeg that is something else here: lines end at LF, CR is nothing, a `$` that begins a line
 * begins a packet (RFC 2326, 10.12), an empty line ends the head, and `Content-Length` bytes follow.
 */
export class RtspReplies {
  readonly #line: number[] = [];
  #skip = 0;
  #packetHead: number[] | undefined;
  #isFirstLine = true;
  #contentLength = 0;

  /** Whether a redirect ends in this chunk. */
  redirects(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at);
        this.#skip -= skipped;
        at += skipped;
        continue;
      }
      if (this.#take(chunk[at]!)) return true;
      at += 1;
    }
    return false;
  }

  #take(byte: number): boolean {
    if (this.#packetHead) {
      this.#packetHead.push(byte);
      if (this.#packetHead.length < 3) return false;
      this.#skip = (this.#packetHead[1]! << 8) | this.#packetHead[2]!;
      this.#packetHead = undefined;
    } else if (byte === DOLLAR && this.#line.length === 0) this.#packetHead = [];
    else if (byte === LF) return this.#endLine();
    else if (byte !== CR && this.#line.length < MOST_LINE) this.#line.push(byte);
    return false;
  }

  #endLine(): boolean {
    const line = String.fromCharCode(...this.#line).split('\0')[0]!;
    this.#line.length = 0;
    if (line === '') {
      this.#skip = this.#contentLength;
      this.#contentLength = 0;
      this.#isFirstLine = true;
      return false;
    }
    const isFirst = this.#isFirstLine;
    this.#isFirstLine = false;
    const length = /^content-length:(.*)/i.exec(line)?.[1];
    if (!isFirst && length !== undefined) this.#contentLength = Math.max(0, Number.parseInt(length, 10) || 0);
    const [version, status] = line.split(/[ \t\r\n]+/).filter((word) => word !== '');
    const code = isFirst && version?.startsWith('RTSP/') ? Number.parseInt(status ?? '', 10) : 0;
    return code >= 300 && code < 400;
  }
}
