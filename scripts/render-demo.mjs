// Draws demo/street.mp4 anew, the street that `lookout watch` shows where no camera is named: `npm run demo`. Minutes.
import { rmSync } from 'node:fs';
import { renderClip } from '#commands/render-clip.js';
import { Terminal } from '#commands/terminal.js';
import { DEMO, DEMO_CLIP } from '#dataset/scenes/clip.js';

const { video, truth, tracks } = await renderClip({
  ...{ scene: DEMO, clip: DEMO_CLIP, folder: 'demo', name: 'street' },
  ...{ compression: 'small', terminal: new Terminal() },
});
for (const file of [truth, tracks]) rmSync(file);
console.log(`written: ${video}`);
