import type { App } from '../app.js';
import type { Camera } from '../camera.js';

/** Saves the picture that is shown, with what is drawn over it. */
export async function saveSnapshot(app: App, camera: Camera): Promise<void> {
  const url = URL.createObjectURL(await camera.screen.snapshot());
  const link = document.createElement('a');
  const time = new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19);
  link.download = `${camera.name.replace(/[^\p{L}\p{N}_-]+/gu, '-')}-${time}.png`;
  link.href = url;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  app.say(`Saved ${link.download}`);
}

export async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.querySelector<HTMLElement>('#stage, #grid')?.requestFullscreen();
}
