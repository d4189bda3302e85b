/** Text that is safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The looks of the training report, on a page without plots. */
const STYLE = `
:root{--paper:#f6f7f9;--card:#fff;--ink:#15181e;--soft:#5c6675;--rule:#e3e7ec;--accent:#2f6fed;--cell:#eef1f5}
@media(prefers-color-scheme:dark){:root{--paper:#0e1116;--card:#171b22;--ink:#eef1f6;--soft:#96a1b2;--rule:#262c36;--accent:#6d9bff;--cell:#1f252e}}
*{box-sizing:border-box}body{margin:0 auto;padding:40px 24px;max-width:1228px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%}
h1{font-size:clamp(24px,4vw,34px);letter-spacing:-.02em;line-height:1.15;margin:0;overflow-wrap:anywhere}h2{font-size:20px;letter-spacing:-.01em;margin:0 0 10px}section{padding-top:30px}p{color:var(--soft);margin:8px 0}
.headlines{display:grid;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));gap:12px;margin-top:22px}
.headlines div{background:var(--card);border:1px solid var(--rule);border-radius:14px;padding:14px 16px;display:flex;flex-direction:column}
.headlines b{font-size:27px;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.2}.headlines span{font-weight:600;font-size:13px}.headlines small{color:var(--soft);font-size:12px;overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:0 24px}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:14px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:8px 12px;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:600;font-size:12.5px}th:first-child,td:first-child{text-align:left}
th.text,td.text{text-align:left}td.text{white-space:normal;overflow-wrap:anywhere;min-width:16ch;vertical-align:top}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,270px),1fr));gap:14px;align-items:start}
figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:14px;overflow:hidden}figure svg{width:100%;height:auto;display:block;background:#0b0d11;font-family:system-ui,sans-serif}
figcaption{padding:9px 12px;font-size:13px;color:var(--soft);overflow-wrap:anywhere}
.bars{display:flex;align-items:flex-end;gap:2px;height:110px}.bars div{flex:1;background:var(--accent);min-height:1px;border-radius:3px 3px 0 0}
.scale{display:flex;justify-content:space-between;color:var(--soft);font-size:12.5px;border-top:1px solid var(--rule)}
@media(max-width:560px){body{padding:24px 16px}.headlines,.pictures{grid-template-columns:1fr 1fr;gap:8px}th,td{padding:7px 9px}}
`.replace(/\n/g, '');

/** A page that needs no other file and no network. */
export function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</html>
`;
}

/** What is to be seen first: a value, what it is, and more about it. */
export function headlines(all: readonly (readonly [value: string | number, name: string, note?: string])[]): string {
  const tile = ([value, name, note = '']: (typeof all)[number]): string =>
    `<div><b>${escapeHtml(String(value))}</b><span>${escapeHtml(name)}</span><small>${escapeHtml(note)}</small></div>`;
  return `<div class="headlines">${all.map(tile).join('')}</div>`;
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
  const kind = (n: number): string => (text.includes(head[n]!) ? ' class="text"' : '');
  const cells = (row: readonly (string | number)[]): string =>
    row.map((cell, n) => `<td${kind(n)}>${escapeHtml(String(cell))}</td>`).join('');
  const headers = head.map((name, n) => `<th scope="col"${kind(n)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${headers}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A histogram; `names` are the ends of its axis. */
export function bars(values: readonly number[], names: readonly [string, string]): string {
  const most = Math.max(1, ...values);
  const columns = values.map(
    (value) => `<div title="${value}" style="height:${((100 * value) / most).toFixed(1)}%"></div>`,
  );
  return `<div class="bars">${columns.join('')}</div><div class="scale"><span>${escapeHtml(names[0])}</span><span>${escapeHtml(names[1])}</span></div>`;
}
