import type { VideoFacts } from '#media/probe.js';
import { ratioOf } from '#media/rational.js';

/** What is said of a source, by name; undefined where it does not tell. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

export function factsOf(facts: VideoFacts): Facts {
  const { location, container, codec, pixelFormat, bitDepth, size, rotation, fps, duration, audioCodecs } = facts;
  return {
    source: location.name,
    live: location.live,
    container,
    codec,
    pixels: `${pixelFormat}, ${bitDepth} bit`,
    size: `${size.width}x${size.height}`,
    ...(rotation !== 0 && { rotation: `${rotation} degrees clockwise` }),
    fps: fps && Math.round(ratioOf(fps) * 100) / 100,
    seconds: duration,
    sound: audioCodecs.length > 0 ? audioCodecs.join(', ') : 'none',
    viewers: viewersOf(codec, pixelFormat),
  };
}

/** One line each, in two columns. */
export function factLines(facts: Facts): string[] {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(
    ([name, value]) => `${name.padEnd(width)}  ${value === true ? 'yes' : value === false ? 'no' : value}`,
  );
}

/** How a browser gets the picture. */
function viewersOf(codec: string, pixelFormat: string): string {
  if (codec === 'h264' && /^yuvj?420p$/.test(pixelFormat)) return 'the untouched stream';
  if (codec === 'mjpeg') return 'the untouched pictures';
  return 'JPEG pictures, made while somebody looks; H.264 (4:2:0, 8 bit) would go to browsers untouched';
}
