/** A text with its `${NAME}` references resolved. */
export interface Interpolated {
  readonly text: string;
  /** The same for showing: variables that sound like credentials are `***`. */
  readonly safe: string;
  /** What is wrong with the references, one sentence each. */
  readonly problems: readonly string[];
}

const SECRET = /pass|pwd|secret|token|key|auth|credential/i;
// An escaped `$${`, a reference with an optional default, or a reference that is not closed or not well formed.
const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g;

/**
 * Replaces `${NAME}` by the environment variable, `${NAME:-default}` by the variable or, where that is unset or empty,
 * the default. `$${` stands for `${` itself; every other `$` is left alone.
 */
export function interpolate(text: string, env: Readonly<Record<string, string | undefined>>): Interpolated {
  const problems: string[] = [];
  const resolve = (secret: string | undefined): string =>
    text.replace(REFERENCE, (reference, name: string | undefined, fallback: string | undefined) => {
      if (reference === '$${') return '${';
      const value = name === undefined ? undefined : env[name];
      if (name !== undefined && value && secret !== undefined && SECRET.test(name)) return secret;
      return fallback !== undefined ? value || fallback : (value ?? reference);
    });
  for (const [reference, name, fallback] of text.matchAll(REFERENCE)) {
    if (reference === '$${') continue;
    if (name === undefined) problems.push(`expected \${NAME} or \${NAME:-default}, got ${reference.slice(0, 40)}`);
    else if (fallback === undefined && env[name] === undefined) {
      problems.push(`the environment variable ${name} is not set: set it, or write \${${name}:-default}`);
    }
  }
  return { text: resolve(undefined), safe: resolve('***'), problems };
}
