/** Text that is safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #888; --bar: #3b82c4; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
td.text { text-align: left; font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: .8rem; }
figure { margin: 0; } figure svg { width: 100%; height: auto; display: block; background: #0002; border-radius: 4px; }
figcaption { color: var(--dim); font-size: .8rem; overflow-wrap: anywhere; }
.bars { display: flex; align-items: flex-end; gap: 2px; height: 90px; max-width: 640px; }
.bars div { flex: 1; background: var(--bar); min-height: 1px; border-radius: 2px 2px 0 0; }
.scale { display: flex; justify-content: space-between; max-width: 640px; color: var(--dim); font-size: .8rem; }
`;

/** A page that needs no other file and no network. */
export function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</html>
`;
}

export function section(title: string, ...body: readonly string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${body.join('\n')}</section>`;
}

/** A table; columns named in `text` hold words, the others numbers. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  text: readonly string[] = [],
): string {
  const cells = (row: readonly (string | number)[]): string =>
    row
      .map((cell, n) => `<td${text.includes(head[n]!) ? ' class="text"' : ''}>${escapeHtml(String(cell))}</td>`)
      .join('');
  const headers = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  return `<table><thead><tr>${headers}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody></table>`;
}

/** A histogram; `names` are the ends of its axis. */
export function bars(values: readonly number[], names: readonly [string, string]): string {
  const most = Math.max(1, ...values);
  const columns = values.map(
    (value) => `<div title="${value}" style="height:${((100 * value) / most).toFixed(1)}%"></div>`,
  );
  return `<div class="bars">${columns.join('')}</div><div class="scale"><span>${escapeHtml(names[0])}</span><span>${escapeHtml(names[1])}</span></div>`;
}
