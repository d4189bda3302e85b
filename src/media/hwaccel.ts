import { LookoutError } from '#core/errors.js';
import { capture } from './capture.js';
import { decoderTrial, TRIED_CODECS, type TriedCodec } from './hwaccel-trial.js';

/** The hardware decoder interfaces that this ffmpeg was built with, as FFmpeg names them (`vaapi`, `cuda`, ...). */
export async function hardwareDecoders(): Promise<string[]> {
  const { stdout } = await capture(process.env.FFMPEG_PATH ?? 'ffmpeg', ['-v', 'quiet', '-hwaccels'], {
    timeoutMs: 20_000,
  });
  return stdout
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((name) => name !== '');
}

/**
 * Refuses an interface that this ffmpeg does not have. `auto` takes whatever works and falls back to the CPU.
 * That the driver works shows only in decoding.
 * @throws LookoutError kind `config`
 */
export async function checkHardwareDecoder(name: string): Promise<void> {
  if (name === 'auto') return;
  const known = await hardwareDecoders();
  if (known.includes(name)) return;
  const list = ['auto', ...known].join(', ');
  throw new LookoutError('config', `this ffmpeg has no hardware decoder "${name}"; it has ${list}`);
}

/** What was found of a wish for hardware decoding. */
export interface HardwareDecoder {
  readonly asked: string;
  /** FFmpeg's name of the interface that works; absent where none does. */
  readonly name?: string;
  /** What it was seen to decode. */
  readonly codecs: readonly TriedCodec[];
  /** Why not, one sentence for each interface and codec that failed. */
  readonly passedOver: readonly string[];
}

/** What `auto` tries, dedicated decoders first. */
const CANDIDATES = ['cuda', 'vaapi', 'qsv', 'videotoolbox', 'd3d11va', 'dxva2', 'vdpau'];

const known = new Map<string, Promise<HardwareDecoder>>();

/**
 * Finds out by trial what decodes in hardware; remembered, since hardware does not change. Never throws for what does not
 * work: then the CPU decodes.
 */
export function hardwareDecoder(asked: string): Promise<HardwareDecoder> {
  const before = known.get(asked);
  if (before) return before;
  const finding = find(asked);
  known.set(asked, finding);
  finding.catch(() => known.delete(asked));
  return finding;
}

async function find(asked: string): Promise<HardwareDecoder> {
  const built = await hardwareDecoders();
  const names = asked === 'auto' ? CANDIDATES.filter((name) => built.includes(name)) : [asked];
  const passedOver: string[] = [];
  for (const name of names) {
    if (!built.includes(name)) {
      passedOver.push(`this ffmpeg has no ${name}, only ${built.join(', ') || 'the CPU'}`);
      continue;
    }
    const codecs: TriedCodec[] = [];
    for (const codec of TRIED_CODECS) {
      const fault = await decoderTrial(name, codec);
      if (fault === undefined) codecs.push(codec);
      else passedOver.push(`${name} does not decode ${codec}: ${fault}`);
    }
    if (codecs.length > 0) return { asked, name, codecs, passedOver };
  }
  if (names.length === 0) passedOver.push('this ffmpeg was built without hardware decoders');
  return { asked, codecs: [], passedOver };
}

/** FFmpeg's name of a codec by the four characters that containers give it. */
export function codecName(fourcc: string): string {
  if (/^(h264|x264|avc[1-4]|davc)$/i.test(fourcc)) return 'h264';
  if (/^(hevc|h265|hev1|hvc1)$/i.test(fourcc)) return 'hevc';
  return fourcc.toLowerCase();
}
