import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { DEMO_VIDEO } from '#commands/demo-video.js';
import { DEMO, DEMO_CLIP, demoScene } from '#dataset/scenes/clip.js';

const { width, height } = DEMO.size;
const FRAMES = DEMO_CLIP.fps * DEMO_CLIP.seconds;

function shipped(seq: number): Uint8Array {
  const args = ['-v', 'error', '-i', DEMO_VIDEO, '-vf', `select=eq(n\\,${seq}),format=rgb24`, '-frames:v', '1'];
  return execFileSync('ffmpeg', [...args, '-f', 'rawvideo', '-'], { maxBuffer: 4 * width * height });
}

/** Peak signal-to-noise ratio of an RGB picture against an RGBA one, dB. */
function likeness(rgb: Uint8Array, rgba: Uint8Array): number {
  let squares = 0;
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < 3; channel++)
      squares += (rgb[3 * pixel + channel]! - rgba[4 * pixel + channel]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / (3 * width * height)));
}

describe('demo/street.mp4', () => {
  it('is the demo scene as the renderer draws it now (else: npm run demo)', { timeout: 120_000 }, () => {
    const args = [
      '-v',
      'error',
      '-count_packets',
      '-show_entries',
      'stream=nb_read_packets,r_frame_rate',
      '-of',
      'json',
    ];
    const { streams } = JSON.parse(execFileSync('ffprobe', [...args, DEMO_VIDEO], { encoding: 'utf8' }));
    expect(streams).toEqual([{ nb_read_packets: `${FRAMES}`, r_frame_rate: `${DEMO_CLIP.fps}/1` }]);
    const scene = demoScene();
    for (const seq of [0, 199, FRAMES - 1]) {
      const { rgba } = scene.frame(seq / DEMO_CLIP.fps);
      expect(likeness(shipped(seq), rgba), `frame ${seq}, dB`).toBeGreaterThan(28);
      // The street a second later is another one: things moved.
      if (seq === 0) expect(likeness(shipped(25), rgba)).toBeLessThan(likeness(shipped(0), rgba) - 3);
    }
    scene.close();
  });
});
