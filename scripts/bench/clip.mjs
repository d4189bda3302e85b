import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';

/** Renders a seeded H.264 clip once and keeps it in `.cache/bench`: moving shapes over noise, 2 s between key frames. */
export function benchClip({ width, height, fps, seconds }) {
  const path = `.cache/bench/${width}x${height}-${fps}fps-${seconds}s.mp4`;
  if (existsSync(path)) return path;
  mkdirSync('.cache/bench', { recursive: true });
  console.error(`rendering ${path} ...`);
  const source = `testsrc2=size=${width}x${height}:rate=${fps}:duration=${seconds},noise=alls=6:allf=t:all_seed=7`;
  const args = [
    '-v',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    source,
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '24',
  ];
  execFileSync('ffmpeg', [...args, '-g', String(fps * 2), '-pix_fmt', 'yuv420p', '-f', 'mp4', `${path}.part`]);
  renameSync(`${path}.part`, path);
  return path;
}
