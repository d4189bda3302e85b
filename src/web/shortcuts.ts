import type { App } from './app.js';
import { saveSnapshot, toggleFullScreen } from './views/actions.js';

interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
  /** `KeyboardEvent.key`, in lower case. */
  readonly key: readonly string[];
  /** Gives false when it does not apply now: the key keeps its usual meaning. */
  act(app: App): unknown;
}

/** What the keyboard does; the help shows this table. */
export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['Enter'], does: 'Enlarge the camera that has the focus', key: [], act: () => false },
  {
    keys: ['Esc'],
    does: 'Back to all cameras',
    key: ['escape'],
    act: (app) => leave(app),
  },
  {
    keys: ['←', '→'],
    does: 'Previous and next camera',
    key: ['arrowleft', 'arrowright'],
    act: () => false,
  },
  {
    keys: ['Space'],
    does: 'Pause: freeze picture and boxes',
    key: [' '],
    act: (app) => (app.camera ? app.togglePause(app.camera) : false),
  },
  {
    keys: ['S'],
    does: 'Save a snapshot with its boxes',
    key: ['s'],
    act: (app) => (app.camera ? void saveSnapshot(app, app.camera) : false),
  },
  { keys: ['F'], does: 'Full screen', key: ['f'], act: () => void toggleFullScreen() },
  { keys: ['P'], does: 'Filter and display', key: ['p'], act: (app) => app.togglePanel() },
  { keys: ['['], does: 'Lower the minimum score', key: ['['], act: (app) => nudge(app, -0.05) },
  { keys: [']'], does: 'Raise the minimum score', key: [']'], act: (app) => nudge(app, 0.05) },
  { keys: ['A'], does: 'Add a camera', key: ['a'], act: (app) => app.open('add') },
  {
    keys: ['T'],
    does: 'Training runs',
    key: ['t'],
    act: (app) => {
      const newest = app.trainings.list[0]?.run;
      app.openTraining(app.trainings.selected === undefined ? newest : undefined);
    },
  },
  { keys: ['?'], does: 'This help', key: ['?'], act: (app) => app.open('help') },
];

/** Listens to the keyboard; keys in fields and with modifiers keep their usual meaning. */
export function listenToKeys(app: App): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || app.dialog !== undefined) return;
    if (takesKeys(event)) return;
    const key = event.key.toLowerCase();
    if (key === 'arrowleft' || key === 'arrowright') {
      if (moved(app, key === 'arrowleft' ? -1 : 1)) event.preventDefault();
      return;
    }
    const shortcut = SHORTCUTS.find((candidate) => candidate.key.includes(key));
    if (shortcut !== undefined && shortcut.act(app) !== false) event.preventDefault();
  });
}

/** Fields take all keys, buttons take the space bar. */
function takesKeys({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return key !== 'Escape';
  return target instanceof HTMLTextAreaElement || (key === ' ' && target.closest('button') !== null);
}

/** Back to all cameras. */
function leave(app: App): unknown {
  if (app.trainings.selected !== undefined) return app.openTraining(undefined);
  return app.camera ? app.select(undefined) : false;
}

/** Another camera, or in the grid another tile. */
function moved(app: App, by: 1 | -1): boolean {
  if (app.camera) {
    app.step(by);
    return true;
  }
  const tiles = [...document.querySelectorAll<HTMLElement>('.tile .open')];
  const at = tiles.indexOf(document.activeElement as HTMLElement);
  tiles[at < 0 ? 0 : (at + by + tiles.length) % tiles.length]?.focus();
  return tiles.length > 0;
}

function nudge(app: App, by: number): void {
  const threshold = Math.min(0.95, Math.max(0, Math.round((app.settings.threshold + by) * 100) / 100));
  app.change({ threshold });
  app.say(`Minimum score ${Math.round(threshold * 100)}%`);
}
