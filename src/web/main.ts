import { render } from 'lit-html';
import { App } from './app.js';
import { listenToKeys } from './shortcuts.js';
import { Announcer, sentence } from './state/summary.js';
import { closeDialog, showDialog } from './views/dialogs.js';
import { arrangeGrid, countsOf } from './views/grid.js';
import { page } from './views/page.js';

const STEER_EVERY_MS = 100;
/** Figures and countdowns. */
const REFRESH_EVERY_MS = 500;

const IDLE_MS = 3000;

const root = document.getElementById('app')!;
const announcement = document.getElementById('announcement')!;
const announcer = new Announcer();
let drawing = false;

const app = new App(() => {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(draw);
});

const views = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const name = (target.closest('[data-camera]') as HTMLElement | null)?.dataset.camera;
      if (name !== undefined) app.seen(name, isIntersecting);
    }
  },
  { rootMargin: '200px' },
);

let shown: string | undefined;

function draw(): void {
  drawing = false;
  document.documentElement.dataset.theme = app.settings.theme;
  const shownName = app.trainings.selected ?? app.camera?.name;
  document.title = shownName === undefined ? 'lookout' : `${shownName} · lookout`;
  if (app.dialog === undefined) closeDialog();
  render(page(app), root);
  arrangeGrid(app.cameras.size);
  showDialog();
  for (const { screen } of app.cameras.values()) views.observe(screen.element);
  moveFocus();
}

/** Into the enlarged camera, and back to the tile that it came from. */
function moveFocus(): void {
  const before = shown;
  shown = app.camera?.name;
  if (before === shown) return;
  if (shown !== undefined) document.getElementById('stage')?.focus();
  else if (before !== undefined) {
    document.querySelector<HTMLElement>(`[data-camera="${CSS.escape(before)}"] .open`)?.focus();
  }
}

function announce(): void {
  const cameras = app.camera ? [app.camera] : [...app.cameras.values()];
  const fresh = cameras.filter((camera) => app.words(camera).fresh);
  const text = fresh.map((camera) => sentence(camera.name, countsOf(app, camera))).join('. ');
  const said = announcer.take(text, performance.now());
  if (said !== undefined) announcement.textContent = said;
}

/** In full screen the controls go when nothing moves. */
function hideWhenIdle(): void {
  let timer: number | undefined;
  const stir = () => {
    delete document.documentElement.dataset.idle;
    clearTimeout(timer);
    timer = setTimeout(() => {
      document.documentElement.dataset.idle = '';
    }, IDLE_MS);
  };
  for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin']) addEventListener(event, stir);
}

setInterval(() => {
  for (const camera of app.cameras.values()) camera.steer();
}, STEER_EVERY_MS);
setInterval(() => {
  app.redraw();
  announce();
}, REFRESH_EVERY_MS);
new ResizeObserver(() => arrangeGrid(app.cameras.size)).observe(root);
listenToKeys(app);
hideWhenIdle();
app.redraw();
