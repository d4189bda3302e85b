import { escapeMarkup } from './markup.js';
import { SCRIPT, STYLE } from './style.js';

export interface Section {
  readonly id: string;
  readonly title: string;
  /** Markup. */
  readonly body: string;
  /** A sentence under the title. */
  readonly lead?: string;
}

/** A number that is to be seen first. */
export interface Headline {
  readonly value: string;
  readonly name: string;
  readonly note?: string;
}

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly headlines: readonly Headline[];
  readonly sections: readonly Section[];
  readonly footer: string;
  /** The page loads itself again after so many seconds. */
  readonly refreshSeconds?: number;
}

/** One HTML file that needs nothing else: style, script, plots and pictures are inside. */
export function renderPage({ title, subtitle, headlines, sections, footer, refreshSeconds }: Page): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`;
  const heads = headlines.map(
    ({ value, name, note }) =>
      `<div class="headline"><b>${escapeMarkup(value)}</b><span>${escapeMarkup(name)}</span>${note === undefined ? '' : `<small>${escapeMarkup(note)}</small>`}</div>`,
  );
  const links = sections.map(({ id, title: name }) => `<a href="#${id}">${escapeMarkup(name)}</a>`);
  const bodies = sections.map(
    ({ id, title: name, lead, body }) =>
      `<section id="${id}"><h2>${escapeMarkup(name)}</h2>${lead === undefined ? '' : `<p class="lead">${escapeMarkup(lead)}</p>`}${body}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${refresh}<title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>
<body><header><h1>${escapeMarkup(title)}</h1><p>${escapeMarkup(subtitle)}</p>
<div class="headlines">${heads.join('')}</div></header>
<nav>${links.join('')}</nav>
<main>${bodies.join('\n')}</main>
<footer>${escapeMarkup(footer)}</footer><script>${SCRIPT}</script></body></html>
`;
}

/** A table as markup; cells are markup already, the first column is left-aligned, the last row may be a total. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  total?: readonly string[],
): string {
  const cells = (row: readonly string[], tag: string): string => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('');
  const last = total === undefined ? '' : `<tr class="all">${cells(total, 'td')}</tr>`;
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('');
  return `<div class="scroll"><table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${body}${last}</tbody></table></div>`;
}
