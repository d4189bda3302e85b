/**
 * Layered drawing of a directed acyclic graph (Sugiyama, Tagawa and Toda 1981): longest-path layers, order within a
 * layer by barycentres, then positions pulled towards the neighbours. Letters: V vertices, E edges.
 */

/** An edge that spans more layers than this is drawn straight, without keeping room for it. */
const MAX_SPAN = 60;
const ORDER_SWEEPS = 12;
const PLACE_SWEEPS = 24;

export interface LayoutInput {
  /** Width of each vertex, px. */
  readonly widths: readonly number[];
  /** From, to: the edges must not form a cycle. */
  readonly edges: readonly (readonly [number, number])[];
  /** Least distance between neighbours in a layer, px. */
  readonly gap: number;
}

export interface Layout {
  /** Layer of each vertex, 0 at the top. */
  readonly layers: readonly number[];
  /** Centre of each vertex, px, from 0 to `width`. */
  readonly x: readonly number[];
  /** For each edge the x of the points it passes, one per layer from its start to its end. */
  readonly routes: readonly (readonly number[])[];
  readonly width: number;
}

/** V vertices and one dummy for each layer that an edge crosses. */
interface Drawing {
  readonly widths: number[];
  readonly layers: number[];
  readonly above: number[][];
  readonly below: number[][];
  readonly chains: readonly (readonly number[])[];
}

/** Longest path from a source; a vertex on a cycle, which no valid graph has, stays in layer 0. */
function layersOf(count: number, edges: LayoutInput['edges']): number[] {
  const layers = Array<number>(count).fill(0);
  const waiting = Array<number>(count).fill(0);
  const next = Array.from({ length: count }, (): number[] => []);
  for (const [from, to] of edges) {
    next[from]!.push(to);
    waiting[to]!++;
  }
  const ready = layers.map((_, vertex) => vertex).filter((vertex) => waiting[vertex] === 0);
  for (let vertex = ready.pop(); vertex !== undefined; vertex = ready.pop()) {
    for (const to of next[vertex]!) {
      layers[to] = Math.max(layers[to]!, layers[vertex]! + 1);
      if (--waiting[to]! === 0) ready.push(to);
    }
  }
  return layers;
}

function drawingOf({ widths: own, edges }: LayoutInput): Drawing {
  const widths = [...own];
  const layers = layersOf(own.length, edges);
  const above = own.map((): number[] => []);
  const below = own.map((): number[] => []);
  const add = (layer: number) => {
    above.push([]);
    below.push([]);
    layers.push(layer);
    return widths.push(2) - 1;
  };
  const chains = edges.map(([from, to]) => {
    const span = layers[to]! - layers[from]!;
    const between = span > MAX_SPAN ? 0 : Math.max(0, span - 1);
    const chain = [from, ...Array.from({ length: between }, (_, index) => add(layers[from]! + index + 1)), to];
    chain.slice(1).forEach((vertex, index) => {
      below[chain[index]!]!.push(vertex);
      above[vertex]!.push(chain[index]!);
    });
    return chain;
  });
  return { widths, layers, above, below, chains };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Vertices of each layer from left to right. */
function orderOf({ layers, above, below }: Drawing): number[][] {
  const depth = layers.reduce((most, layer) => Math.max(most, layer + 1), 0);
  const rows = Array.from({ length: depth }, (): number[] => []);
  layers.forEach((layer, vertex) => {
    rows[layer]!.push(vertex);
  });
  const position = new Float64Array(layers.length);
  const number = (row: readonly number[]) =>
    row.forEach((vertex, index) => {
      position[vertex] = index - row.length / 2;
    });
  rows.forEach(number);
  for (let sweep = 0; sweep < ORDER_SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const row of down ? rows : rows.toReversed()) {
      const wish = new Map(
        row.map((vertex) => [
          vertex,
          mean((down ? above : below)[vertex]!.map((it) => position[it]!)) ?? position[vertex]!,
        ]),
      );
      row.sort((a, b) => wish.get(a)! - wish.get(b)!);
      number(row);
    }
  }
  return rows;
}

/** Least squares under the order: wishes that would overlap are merged into blocks that share their mean (isotonic regression). */
function separate(wishes: readonly number[], offsets: readonly number[]): number[] {
  const groups: { sum: number; count: number }[] = [];
  wishes.forEach((wish, index) => {
    groups.push({ sum: wish - offsets[index]!, count: 1 });
    for (let last = groups.length - 1; last > 0; last--) {
      const [left, right] = [groups[last - 1]!, groups[last]!];
      if (left.sum / left.count <= right.sum / right.count) break;
      groups.splice(last - 1, 2, { sum: left.sum + right.sum, count: left.count + right.count });
    }
  });
  return groups
    .flatMap(({ sum, count }) => Array<number>(count).fill(sum / count))
    .map((base, index) => base + offsets[index]!);
}

function place({ widths, above, below }: Drawing, rows: readonly (readonly number[])[], gap: number): Float64Array {
  const x = new Float64Array(widths.length);
  const offsets = rows.map((row) => {
    let at = 0;
    return row.map((vertex, index) => {
      if (index > 0) at += (widths[row[index - 1]!]! + widths[vertex]!) / 2 + gap;
      return at;
    });
  });
  for (let sweep = 0; sweep < PLACE_SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    const both = sweep >= PLACE_SWEEPS - 4;
    const order = rows.map((_, layer) => (down ? layer : rows.length - 1 - layer));
    for (const layer of order) {
      const row = rows[layer]!;
      const wishes = row.map((vertex) => {
        const near = both ? [...above[vertex]!, ...below[vertex]!] : (down ? above : below)[vertex]!;
        return mean(near.map((it) => x[it]!)) ?? x[vertex]!;
      });
      separate(wishes, offsets[layer]!).forEach((at, index) => {
        x[row[index]!] = at;
      });
    }
  }
  return x;
}

/** Lays a graph out in layers from top to bottom. */
export function layout(input: LayoutInput): Layout {
  const drawing = drawingOf(input);
  const rows = orderOf(drawing);
  const x = place(drawing, rows, input.gap);
  const left = Math.min(0, ...input.widths.map((width, vertex) => x[vertex]! - width / 2));
  const centres = Array.from(x, (at) => at - left);
  const count = input.widths.length;
  return {
    layers: drawing.layers.slice(0, count),
    x: centres.slice(0, count),
    routes: drawing.chains.map((chain) => chain.map((vertex) => centres[vertex]!)),
    width: Math.max(0, ...centres.map((at, vertex) => at + drawing.widths[vertex]! / 2)),
  };
}
