/** The 1-based line of a position in a text. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/**
 * Where the elements of the arrays of a JSON object begin: `{"images": [..., ...]}` gives `images` and one position per
 * element. The text must be valid JSON. One pass without building values.
 */
export function arrayElementPositions(json: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  let depth = 0;
  let key = '';
  let current: number[] | undefined;
  let expectsElement = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code <= 32) continue;
    if (depth === 2 && expectsElement && code !== CLOSE_ARRAY) {
      current?.push(at);
      expectsElement = false;
    }
    if (code === QUOTE) {
      const end = endOfString(json, at);
      if (depth === 1) key = json.slice(at + 1, end);
      at = end;
    } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      depth++;
      if (depth === 2) {
        current = code === OPEN_ARRAY ? [] : undefined;
        if (current) found.set(key, current);
        expectsElement = true;
      }
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      depth--;
    } else if (code === COMMA && depth === 2) {
      expectsElement = true;
    }
  }
  return found;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

function endOfString(json: string, start: number): number {
  let end = start + 1;
  while (end < json.length && json.charCodeAt(end) !== QUOTE) end += json.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end;
}

/** The line that a JSON syntax error names, where V8 says it (`at position N`); the last line where the text just ends. */
export function lineOfSyntaxError(text: string, message: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  return lineAt(text, position === undefined ? text.length : Number(position));
}
