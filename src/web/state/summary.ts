const IRREGULAR: Readonly<Record<string, string>> = {
  person: 'persons',
  sheep: 'sheep',
  mouse: 'mice',
  knife: 'knives',
  skis: 'skis',
  scissors: 'scissors',
};

/** `1 car`, `2 persons`, `3 buses`. */
export function counted(count: number, label: string): string {
  return `${count} ${count === 1 ? label : plural(label)}`;
}

function plural(label: string): string {
  const known = IRREGULAR[label.toLowerCase()];
  if (known !== undefined) return known;
  if (/(?:s|x|z|ch|sh)$/i.test(label)) return `${label}es`;
  return /[^aeiou]y$/i.test(label) ? `${label.slice(0, -1)}ies` : `${label}s`;
}

/** What one camera shows, for the ear: `gate: 2 persons, 1 car`. */
export function sentence(camera: string, counts: readonly (readonly [string, number])[]): string {
  const things = counts.map(([label, count]) => counted(count, label));
  return `${camera}: ${things.length === 0 ? 'nothing' : things.join(', ')}`;
}

/** How long a text must have stood before it is read out, and how often at most one is, ms. */
export interface AnnouncerOptions {
  readonly settleMs: number;
  readonly everyMs: number;
}

/**
 * Says what changed, politely: not what flickers from frame to frame, and not again and again. `take` is given the present
 * text a few times a second and returns what is to be read out now.
 */
export class Announcer {
  #text = '';
  #since = 0;
  #said = '';
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: AnnouncerOptions = { settleMs: 1500, everyMs: 6000 }) {}

  take(text: string, now: number): string | undefined {
    if (text !== this.#text) {
      this.#text = text;
      this.#since = now;
    }
    const { settleMs, everyMs } = this.options;
    if (text === this.#said || now - this.#since < settleMs || now - this.#saidAt < everyMs) return undefined;
    this.#said = text;
    this.#saidAt = now;
    return text;
  }
}
