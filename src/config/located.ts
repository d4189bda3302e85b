import type { Fault } from './fault.js';

/** A place in a file, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text with `${NAME}` in it, as written and as it may be shown. */
export interface Reference {
  readonly raw: string;
  readonly safe: string;
}

type Path = readonly PropertyKey[];

/** Plain data that remembers where in a file each part of it was written. */
export class Located {
  /** The path of the file as the user named it. */
  readonly file: string;
  value: unknown = {};
  readonly #keys = new Map<string, Place>();
  readonly #values = new Map<string, Place>();
  readonly #texts = new Map<string, Reference>();
  /** What was found wrong while reading. */
  readonly faults: Fault[] = [];
  /** False where the text as a whole could not be understood, so that nothing more can be said of it. */
  isReadable = true;

  constructor(file: string) {
    this.file = file;
  }

  noteKey(path: Path, place: Place): void {
    this.#keys.set(id(path), place);
  }

  noteValue(path: Path, place: Place): void {
    this.#values.set(id(path), place);
  }

  noteReference(path: Path, text: Reference): void {
    this.#texts.set(id(path), text);
  }

  /** The text with references that was written at a path, if one was. */
  referenceAt(path: Path): Reference | undefined {
    return this.#texts.get(id(path));
  }

  /** `file:line:column` of the value at a path, or of the nearest part around it that was written. */
  whereValue(path: Path): string {
    for (let length = path.length; length >= 0; length--) {
      const place = this.#values.get(id(path.slice(0, length)));
      if (place !== undefined) return this.#at(place);
    }
    return this.file;
  }

  /** `file:line:column` of the key at a path. */
  whereKey(path: Path): string {
    const place = this.#keys.get(id(path));
    return place === undefined ? this.whereValue(path) : this.#at(place);
  }

  report(place: Place, problem: string, path: Path = []): void {
    this.faults.push({ where: this.#at(place), path: nameOf(path), problem });
  }

  #at({ line, column }: Place): string {
    return `${this.file}:${line}:${column}`;
  }
}

/** `cameras[0].url` */
export function nameOf(path: Path): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}

/** The value at a path of plain data, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current;
}

/** Numbers and names never collide: a list index has no quotes. */
function id(path: Path): string {
  return JSON.stringify(path);
}
