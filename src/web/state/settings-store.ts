import { readSettings, type Settings } from './settings.js';

const KEY = 'lookout';

/** The settings that this browser keeps; the usual ones where it keeps none or may not keep any. */
export function loadSettings(): Settings {
  try {
    return readSettings(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return readSettings(undefined);
  }
}

export function storeSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is full or forbidden: the settings last as long as the page.
  }
}
