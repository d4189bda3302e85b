/**
 * A name for each input's results, unique and the same for the same list: the file's own name, with as many parent
 * folders before it as it takes to tell equal names apart (`a/street.mp4` and `b/street.mp4` become `a_street.mp4`
 * and `b_street.mp4`; twice the same path gets `-2`). For a URL the last part of its path, without query.
 */
export function resultNames(paths: readonly string[]): string[] {
  const parts = paths.map(segments);
  const names = parts.map((all) => tail(all, 1));
  for (let depth = 2; ; depth += 1) {
    const clashing = indicesOfTwins(names).filter((index) => parts[index]!.length >= depth);
    if (clashing.length === 0) break;
    for (const index of clashing) names[index] = tail(parts[index]!, depth);
  }
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(unique.toLowerCase()); count += 1) unique = `${name}-${count}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

function segments(path: string): string[] {
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^?#]*)/i.exec(path);
  const all = (url ? url[1]! : path).split(/[/\\]+/).filter((part) => part !== '' && part !== '.' && part !== '..');
  const safe = all.map((part) => part.replace(/[\p{C}\\:*?"<>|]/gu, '_'));
  return safe.length > 0 ? safe : ['input'];
}

function tail(parts: readonly string[], depth: number): string {
  return parts.slice(-depth).join('_');
}

/** File systems may not tell capitals apart, so neither does this. */
function indicesOfTwins(names: readonly string[]): number[] {
  const count = new Map<string, number>();
  for (const name of names) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1);
  return names.flatMap((name, index) => (count.get(name.toLowerCase())! > 1 ? [index] : []));
}
