import { capture } from './capture.js';

/** Codecs that cameras commonly send and that a trial exists for. */
export const TRIED_CODECS = ['h264', 'hevc'] as const;
export type TriedCodec = (typeof TRIED_CODECS)[number];

/** Two grey pictures of 320x240 each, as byte streams. */
const CLIPS: Readonly<Record<TriedCodec, string>> = {
  h264:
    'AAAAAWdkABascgRBQfsBEAAAAwAQAAADAKDxYthGAAAAAWjoQ48siwAAAWWIgQACH/73gb8yfaqyXH5530srM885DxyXYmuuNABEHh59D50Eh1cWIIIA' +
    'AAboNsArZTJZvFhJOZ0AAAABQZoILYh///6plgAAb8A=',
  hevc:
    'AAAAAUABDAH//wFgAAADAJAAAAMAAAMAPJWYCQAAAAFCAQEBYAAAAwCQAAADAAADADygCggPFllZpJMrwFoCAAADAAIAAAMAChAAAAABRAHBcrRiQAAA' +
    'ASgBrySFeg35ggL+pvgKhhazxSWgGUJOpyUygJcJgZFlkwfZKgABb4cAAAMAAAMAG5AAAAABAgHQCX4Qxkkajvgd1fA4k2VAl2rUgIcScA==',
};

/** Pixel formats of pictures that lie in the memory of the hardware, where it is not the interface's own name. */
const SURFACES: Readonly<Record<string, string>> = {
  videotoolbox: 'videotoolbox_vld',
  d3d11va: 'd3d11',
  dxva2: 'dxva2_vld',
  drm: 'drm_prime',
};

const TRIAL_MS = 15_000;

/**
 * Decodes two pictures by a hardware interface, and by nothing else: the pictures must come from the hardware's memory.
 * @returns why it does not work, undefined where it does
 */
export async function decoderTrial(name: string, codec: TriedCodec): Promise<string | undefined> {
  const surface = ['-hwaccel', name, '-hwaccel_output_format', SURFACES[name] ?? name];
  const input = ['-f', codec, '-i', 'pipe:0', '-vf', 'hwdownload,format=nv12|yuv420p', '-f', 'null', '-'];
  const args = ['-hide_banner', '-nostats', '-loglevel', 'error', ...surface, ...input];
  const { code, stderr, timedOut } = await capture(process.env.FFMPEG_PATH ?? 'ffmpeg', args, {
    timeoutMs: TRIAL_MS,
    input: Buffer.from(CLIPS[codec], 'base64'),
  });
  if (code === 0) return undefined;
  const [line = 'it said nothing'] = stderr.split('\n').filter((each) => each.trim() !== '');
  return timedOut ? `no answer in ${TRIAL_MS / 1000} s` : line.replace(/^\[[^\]]*\]\s*/, '').slice(0, 120);
}
