// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lookout's own references
import type { Random } from '#core/random.js';

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '&a ',
  '*a',
  '<<: ',
  '"',
  "'",
  '|\n',
  '>\n',
  '\t',
  '\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
];
const MORE = [
  '!!binary ',
  '? ',
  '#',
  '${',
  '${HOME}',
  '$${',
  '.nan',
  '-.inf',
  '1e999',
  '0x10',
  'null',
  '\u0000',
  '\uFEFF',
  '💥',
  '__proto__: ',
  '@',
  '`',
];
const tokens = [...TOKENS, ...MORE].map((token) => Buffer.from(token));

/** One seeded damage of a YAML file: bytes flipped, cut, repeated, moved, or syntax thrown in. */
export function damagedYaml(original: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(original);
  const below = (count: number): number => random.below(count);
  for (let edits = 1 + below(8); edits > 0; edits--) {
    const at = below(bytes.length + 1);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    const length = below(Math.min(200, tail.length + 1));
    const piece = tail.subarray(0, length);
    const damage: (() => Buffer)[] = [
      () => Buffer.concat([head, Buffer.from([below(256)]), tail.subarray(1)]),
      () => Buffer.concat([head, tail.subarray(length)]),
      () => head,
      () => Buffer.concat([head, piece, tail]),
      () => Buffer.concat([head, tokens[below(tokens.length)]!, tail]),
      () => Buffer.concat([head, Buffer.alloc(below(300), tokens[below(tokens.length)]), tail]),
    ];
    bytes = damage[below(damage.length)]!();
  }
  // Most of the file is comments, where damage is harmless: half of the files have none.
  return random.chance(0.5) ? bytes : Buffer.from(bytes.toString('latin1').replace(/^\s*#.*\n/gm, ''), 'latin1');
}
