import type { Model } from '../model.js';
import type { InferOptions } from '../shapes/infer.js';
import { type Block, type Blocks, blocksOf } from './blocks.js';
import { type Layout, layout } from './layout.js';

const CHARACTER = 6.7;
const LINE = 15;
const PADDING = 8;
const BETWEEN = 34;
const GAP = 18;
const MARGIN = 20;
const FILLS: Readonly<Record<Block['kind'], string>> = {
  input: '#fde68a',
  output: '#fca5a5',
  product: '#bfdbfe',
  pool: '#ddd6fe',
  join: '#bbf7d0',
  move: '#e5e7eb',
  other: '#ffffff',
};

/** Text that is safe inside XML: markup escaped, characters that XML forbids replaced. */
function escaped(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  const legal = text.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\u{fffd}');
  return legal.replace(/[&<>"]/g, (mark) => marks[mark]!);
}

function linesOf(block: Block): readonly string[] {
  const shape = block.dims?.map((dim) => (dim === '' ? '?' : dim)).join(' × ');
  const also = block.also.reduce<string[]>((lines, op) => {
    const last = lines.at(-1);
    if (last !== undefined && last.length + op.length < 30) lines[lines.length - 1] = `${last} · ${op}`;
    else lines.push(op);
    return lines;
  }, []);
  return [block.title, ...also, ...(shape === undefined ? [] : [shape])].map((line) =>
    line.length > 44 ? `${line.slice(0, 43)}…` : line,
  );
}

interface Drawn {
  readonly lines: readonly (readonly string[])[];
  readonly widths: readonly number[];
  /** Top of each layer and, one more, the bottom of the last. */
  readonly tops: readonly number[];
  /** Height of each layer's highest box. */
  readonly heights: readonly number[];
}

function measure(blocks: readonly Block[]): Pick<Drawn, 'lines' | 'widths'> {
  const lines = blocks.map(linesOf);
  const widths = lines.map(
    (texts) => Math.ceil(Math.max(...texts.map((text) => text.length)) * CHARACTER) + 2 * PADDING,
  );
  return { lines, widths };
}

function rowsOf(lines: Drawn['lines'], { layers }: Layout): Pick<Drawn, 'tops' | 'heights'> {
  const heights: number[] = [];
  layers.forEach((layer, block) => {
    heights[layer] = Math.max(heights[layer] ?? 0, lines[block]!.length * LINE + 2 * PADDING);
  });
  const tops = [MARGIN];
  for (const height of heights) tops.push(tops.at(-1)! + (height ?? 0) + BETWEEN);
  return { tops, heights };
}

function boxOf(index: number, block: Block, drawn: Drawn, plan: Layout): string {
  const lines = drawn.lines[index]!;
  const [x, y] = [plan.x[index]! + MARGIN, drawn.tops[plan.layers[index]!]!];
  const width = drawn.widths[index]!;
  const texts = lines.map((line, at) => {
    const style = at === 0 ? ' font-weight="600"' : '';
    return `<text x="${x.toFixed(1)}" y="${(y + PADDING + LINE * at + 11).toFixed(1)}"${style}>${escaped(line)}</text>`;
  });
  const size = `width="${width}" height="${lines.length * LINE + 2 * PADDING}"`;
  const rect = `<rect x="${(x - width / 2).toFixed(1)}" y="${y}" ${size} rx="5" fill="${FILLS[block.kind]}"/>`;
  return `<g><title>${escaped(block.names.join('\n'))}</title>${rect}${texts.join('')}</g>`;
}

/** From the bottom of a box, vertically through each layer that the edge crosses, to the top of the next box. */
function edgeOf(route: readonly number[], [from, to]: readonly [number, number], drawn: Drawn, plan: Layout): string {
  const start = plan.layers[from]!;
  const jump = plan.layers[to]! - start;
  const at = (x: number) => (x + MARGIN).toFixed(1);
  let y = drawn.tops[start]! + drawn.lines[from]!.length * LINE + 2 * PADDING;
  let path = `M${at(route[0]!)} ${y}`;
  route.slice(1).forEach((x, index) => {
    const layer = route.length === 2 ? start + jump : start + index + 1;
    const top = drawn.tops[layer]!;
    const middle = (y + top) / 2;
    path += `C${at(route[index]!)} ${middle} ${at(x)} ${middle} ${at(x)} ${top}`;
    y = top;
    if (index < route.length - 2) {
      y = top + drawn.heights[layer]!;
      path += `V${y}`;
    }
  });
  return `<path d="${path}"/>`;
}

function assemble({ blocks, edges }: Blocks, drawn: Drawn, plan: Layout): string {
  const width = Math.ceil(plan.width + 2 * MARGIN);
  const height = Math.ceil((drawn.tops.at(-1) ?? MARGIN) - BETWEEN + MARGIN);
  const font = 'font-family="ui-monospace,Menlo,Consolas,monospace" font-size="11"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${font}>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#64748b" stroke="none"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#f8fafc"/>',
    '<g fill="none" stroke="#64748b" stroke-width="1.2" marker-end="url(#tip)">',
    ...edges.map((edge, index) => edgeOf(plan.routes[index]!, edge, drawn, plan)),
    '</g>',
    '<g stroke="#334155" stroke-width="1" text-anchor="middle">',
    ...blocks
      .map((block, index) => boxOf(index, block, drawn, plan))
      .map((box) => box.replaceAll('<text', '<text stroke="none" fill="#0f172a"')),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/**
 * Draws a model as an SVG document: layers from top to bottom, one box per operation with its output shape, activations
 * and normalisations folded into the operation before them, constants and shape arithmetic left out.
 */
export function svg(model: Model, options: InferOptions = {}): string {
  const all = blocksOf(model, options);
  const measured = measure(all.blocks);
  const plan = layout({ widths: measured.widths, edges: all.edges, gap: GAP });
  return assemble(all, { ...measured, ...rowsOf(measured.lines, plan) }, plan);
}
