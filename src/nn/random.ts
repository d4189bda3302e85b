/** A seeded stream of random numbers. */
export interface RandomStream {
  /** Uniform in 0..1, 1 excluded. */
  uniform(): number;
  /** Normal with mean 0 and variance 1 (Box and Muller 1958). */
  normal(): number;
}

/** 32 bits from a text (FNV-1a), to give each parameter its own stream. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  return bits >>> 0;
}

/** A stream that depends on nothing but the seed and the name (mulberry32). */
export function randomStream(seed: number, name = ''): RandomStream {
  let state = (hash(name) ^ Math.imul(seed | 0, 0x9e3779b1)) | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
