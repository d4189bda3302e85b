import { describe, expect, it } from 'vitest';
import { RtspReplies } from '#media/guard/rtsp-replies.js';

const ok = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n';
const moved = 'RTSP/1.0 302 Moved\r\nLocation: rtsp://10.0.0.1/\r\n\r\n';
const described = (body: string) => `RTSP/1.0 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const packet = (payload: string) => `$\x00${String.fromCharCode(payload.length >> 8, payload.length & 0xff)}${payload}`;

function finds(text: string, step: number): boolean {
  const replies = new RtspReplies();
  const bytes = Buffer.from(text, 'latin1');
  let found = false;
  for (let at = 0; at < bytes.length; at += step) found ||= replies.redirects(bytes.subarray(at, at + step));
  return found;
}

describe('a redirect among replies of an RTSP server', () => {
  it.each([
    ['none', ok + ok, false],
    ['a redirect', ok + moved, true],
    ['another kind of redirect', 'RTSP/1.0 305 Use Proxy\r\n\r\n', true],
    ['a fault of the server', 'RTSP/1.0 404 Not Found\r\n\r\n', false],
    ['after a description', described('v=0\r\n') + moved, true],
    ['words of one inside a description', described(`v=0\n${moved}`), false],
    ['after a packet', packet('\x01'.repeat(700)) + moved, true],
    ['words of one inside a packet', packet(moved) + ok, false],
    ['behind a packet that begins a line', `RTSP/1.0 200 OK\r\n${packet('abcdefgh')}CSeq: 1\r\n\r\n${moved}`, true],
    ['a packet before the status', packet('abcdefgh') + moved, true],
    ['line ends without CR', moved.replaceAll('\r', ''), true],
    ['CR inside of words', 'RT\rSP/1.0 3\r02 Moved\n\n', true],
    ['blanks before and between', ' \tRTSP/1.0 \t 302 Moved\r\n\r\n', true],
    ['a status that atoi reads as 302', 'RTSP/1.0 +0302x\r\n\r\n', true],
    ['after an empty message', `\r\n\r\n${moved}`, true],
    ['after a length that is none', `RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n${moved}`, true],
    ['a header that looks like a status', `RTSP/1.0 200 OK\r\nRTSP/1.0 302 x\r\n\r\n`, false],
    ['a request of the server', `OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n${ok}`, false],
    ['after a line without end', `RTSP/1.0 200 ${'x'.repeat(9000)}\r\n\r\n${moved}`, true],
  ])('%s', (_, text, expected) => {
    for (const step of [1, 2, 3, 7, 64, 100_000]) expect([step, finds(text, step)]).toEqual([step, expected]);
  });
});
