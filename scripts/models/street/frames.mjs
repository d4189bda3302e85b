// Pictures of the videos, by ffmpeg.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Extracts the frames of a video, once. @returns `[{ file, seconds }]` in order */
export function framesOf(video, { name, fps, folder }) {
  const out = join(folder, name);
  if (!existsSync(out)) {
    const part = `${out}.part`;
    mkdirSync(part, { recursive: true });
    const args = ['-v', 'error', '-i', video, '-vf', `fps=${fps},scale='min(640,iw)':-2`, '-q:v', '2'];
    const { status, stderr } = spawnSync('ffmpeg', [...args, join(part, `${name}-%04d.jpg`)], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ffmpeg: ${video}: ${stderr}`);
    renameSync(part, out);
  }
  const files = readdirSync(out).sort();
  return files.map((file, n) => ({ file: join(out, file), seconds: n / fps }));
}
