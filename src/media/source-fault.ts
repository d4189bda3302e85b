import type { SourceFault } from '#core/source-error.js';
import { SourceError } from '#core/source-error.js';

interface Symptom {
  readonly pattern: RegExp;
  readonly fault: SourceFault;
  /** Only what comes over a network can have it. */
  readonly remote?: true;
  /** What it means and what to do, after `<source>: `. */
  readonly advice: string;
}

/** What FFmpeg (and the system below it) writes, from the most to the least telling. Checked against 4.4 to 7.1. */
const SYMPTOMS: readonly Symptom[] = [
  {
    pattern: /\b401\b|\b403\b|unauthori[sz]ed|forbidden|access denied/i,
    fault: 'auth',
    remote: true,
    advice: 'wrong or missing user name and password; put them in the URL (rtsp://user:password@host/path)',
  },
  {
    pattern: /connection refused/i,
    fault: 'refused',
    remote: true,
    advice: 'connection refused; nothing listens there, check host and port',
  },
  {
    pattern: /\b404\b|\b454\b|stream not found|session not found/i,
    fault: 'not-found',
    remote: true,
    advice: 'the server knows no such path; check the part after the host',
  },
  {
    pattern: /timed out|timeout/i,
    fault: 'timeout',
    remote: true,
    advice: 'no answer in time; check that the device is on and reachable',
  },
  {
    pattern:
      /no route to host|network is unreachable|host is unreachable|failed to resolve|name or service not known|name resolution/i,
    fault: 'unreachable',
    remote: true,
    advice: 'the host cannot be reached; check its name and the network',
  },
  {
    pattern: /\bstream ends prematurely/i,
    fault: 'ended',
    remote: true,
    advice:
      'the connection ended before the file did, or the server cannot give parts of it (byte ranges), which this file needs; download it first',
  },
  {
    pattern: /connection reset|broken pipe|end of file|input\/output error|server returned 5/i,
    fault: 'ended',
    remote: true,
    advice: 'the connection broke off',
  },
  {
    pattern: /moov atom not found/i,
    fault: 'truncated',
    advice: 'its index is missing: the file is truncated or its recording was not finished; copy it again or repair it',
  },
  {
    pattern: /partial file|ended prematurely|truncat|stream ends prematurely|end of file/i,
    fault: 'truncated',
    advice: 'the file is truncated; results hold what could be read',
  },
  {
    pattern: /permission denied|operation not permitted/i,
    fault: 'permission',
    advice: 'permission denied; check who may read it',
  },
  { pattern: /no such file|no such device/i, fault: 'not-found', advice: 'not found; check the path' },
  {
    pattern: /matches no streams|does not contain any stream|no video stream/i,
    fault: 'not-video',
    advice: 'it has no video stream',
  },
  {
    pattern: /decoder .*not found|unknown decoder|no decoder|unsupported codec|decoding requested, but no decoder/i,
    fault: 'codec',
    advice: 'this ffmpeg cannot decode its codec; convert it to H.264 or install a fuller ffmpeg',
  },
  {
    pattern: /format not on whitelist/i,
    fault: 'not-video',
    advice: 'it is no video or picture of its own but leads to others, which is not open here; choose one of those',
  },
  {
    pattern: /protocol not (found|on whitelist)|unknown protocol|unable to find a suitable/i,
    fault: 'unknown',
    advice: 'this ffmpeg does not speak that protocol',
  },
  {
    pattern: /error marking filters as finished|output file is empty/i,
    fault: 'no-frames',
    advice: 'it holds no picture',
  },
  {
    pattern: /invalid data found|error while decoding|could not find codec parameters|unspecified size/i,
    fault: 'not-video',
    advice: 'it is no video that ffmpeg can read, or it is damaged',
  },
];

/** Two or three telling words of ffmpeg itself, for what no symptom covers. */
function lastLine(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? 'it said nothing').replace(/^(\[[^\]]*\]\s*|pipe:0: )/, '').slice(0, 200);
}

/** What a source's stderr means; `fallback` where no symptom is known. `source` is already redacted. */
export function sourceFault(source: string, stderr: string, fallback: SourceFault = 'unknown'): SourceError {
  // A path may hold the very words that are looked for.
  const said = stderr.replaceAll(source, '');
  const isRemote = source.includes('://');
  const symptom = SYMPTOMS.find(({ pattern, remote }) => (isRemote || !remote) && pattern.test(said));
  if (!symptom) return new SourceError(fallback, `${source}: ffmpeg failed: ${lastLine(stderr)}`);
  return new SourceError(symptom.fault, `${source}: ${symptom.advice} (ffmpeg: ${lastLine(stderr)})`);
}

/** Of what is waited for in vain. */
export function unanswered(source: string): SourceError {
  return new SourceError('timeout', `${source}: no answer in time; check that the device is on and reachable`);
}

/** True when a child that ended well nevertheless says that the file goes on where it could not read. */
export function saysTruncated(source: string, stderr: string): boolean {
  const said = stderr.replaceAll(source, '');
  return SYMPTOMS.some(({ pattern, fault }) => fault === 'truncated' && pattern.test(said));
}
