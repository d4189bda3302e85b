import type { z } from 'zod';

/** What the manual, the JSON Schema and `--help` say of a key. */
export interface Docs {
  /** One line without a full stop, for `--help`. */
  readonly title: string;
  /** What a higher or another value gives and costs: whole sentences, for the manual. */
  readonly tradeOff?: string;
  /** `px`, `seconds`, `0..1`, ... */
  readonly unit?: string;
  /** The argument that sets this key, as commander writes it: `--score <number>`. */
  readonly flag?: string;
  /** The same argument in the words of other tools: `--conf`. */
  readonly alias?: string;
  /** The value is a credential: never shown. */
  readonly secret?: true;
}

/** Attaches a key's documentation to its schema. Call it last: zod keeps metadata per schema object. */
export function documented<S extends z.ZodType>(schema: S, { tradeOff, ...docs }: Docs): S {
  return schema.meta({ ...docs, ...(tradeOff !== undefined && { description: tradeOff }) });
}
