import type { TrackedFrame } from '#vision/metrics/tracking-sequence.js';
import { denseAssignment } from '../tracking/hungarian.js';

type Grid = number[][];
const EPS = Number.EPSILON;
const grid = (rows: number, columns: number): Grid => Array.from({ length: rows }, () => new Array(columns).fill(0));
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

interface Data {
  gt: number[][];
  tr: number[][];
  sim: Grid[];
  G: number;
  T: number;
}

/** TrackEval's metrics, written slowly over dense arrays, statement by statement. */
export function slowScores(frames: readonly TrackedFrame[]): Record<string, number> {
  const data = dense(frames);
  return { ...slowHota(data), ...slowClear(data), ...slowIdentity(data) };
}

function dense(frames: readonly TrackedFrame[]): Data {
  const gtIds = [...new Set(frames.flatMap((f) => f.truth.map((o) => o.id)))];
  const trIds = [...new Set(frames.flatMap((f) => f.predicted.map((o) => o.id)))];
  return {
    gt: frames.map((f) => f.truth.map((o) => gtIds.indexOf(o.id))),
    tr: frames.map((f) => f.predicted.map((o) => trIds.indexOf(o.id))),
    sim: frames.map((f) => f.truth.map((a) => f.predicted.map((b) => iou(a.box, b.box)))),
    G: gtIds.length,
    T: trIds.length,
  };
}

function iou(a: readonly number[], b: readonly number[]): number {
  const w = Math.max(0, Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!));
  const h = Math.max(0, Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!));
  const area = (box: readonly number[]) => (box[2]! - box[0]!) * (box[3]! - box[1]!);
  return w * h === 0 ? 0 : (w * h) / (area(a) + area(b) - w * h);
}

/** `scipy.optimize.linear_sum_assignment(-score)`: as many pairs as fit. */
function best(score: Grid, columns: number): [number, number][] {
  const cost = score.map((row) => row.map((value) => -value));
  return denseAssignment(cost, columns, 1e7).flatMap((c, r): [number, number][] => (c < 0 ? [] : [[r, c]]));
}

function slowHota({ gt, tr, sim, G, T }: Data): Record<string, number> {
  const potential = grid(G, T);
  const gtCount = new Array(G).fill(0);
  const trCount = new Array(T).fill(0);
  gt.forEach((ids, t) => {
    ids.forEach((g, i) => {
      gtCount[g]++;
      tr[t]!.forEach((k, j) => {
        const denominator = sum(sim[t]!.map((row) => row[j]!)) + sum(sim[t]![i]!) - sim[t]![i]![j]!;
        if (denominator > EPS) potential[g]![k]! += sim[t]![i]![j]! / denominator;
      });
    });
    for (const k of tr[t]!) trCount[k]++;
  });
  const align = potential.map((row, g) => row.map((p, k) => p / (gtCount[g] + trCount[k] - p)));
  const alphas = Array.from({ length: 19 }, (_, i) => 0.05 + i * 0.05);
  const parts = alphas.map((alpha) => {
    let [tp, fn, fp, loc] = [0, 0, 0, 0];
    const matches = grid(G, T);
    gt.forEach((ids, t) => {
      const score = sim[t]!.map((row, i) => row.map((s, j) => s * align[ids[i]!]![tr[t]![j]!]!));
      const good = best(score, tr[t]!.length).filter(([i, j]) => sim[t]![i]![j]! >= alpha - EPS);
      tp += good.length;
      fn += ids.length - good.length;
      fp += tr[t]!.length - good.length;
      for (const [i, j] of good) {
        loc += sim[t]![i]![j]!;
        matches[ids[i]!]![tr[t]![j]!]! += 1;
      }
    });
    const over = (f: (n: number, g: number, k: number) => number) =>
      sum(matches.flatMap((row, g) => row.map((n, k) => n * f(n, g, k)))) / Math.max(1, tp);
    const DetA = tp / Math.max(1, tp + fn + fp);
    const AssA = over((n, g, k) => n / Math.max(1, gtCount[g] + trCount[k] - n));
    return {
      HOTA: Math.sqrt(DetA * AssA),
      DetA,
      AssA,
      DetRe: tp / Math.max(1, tp + fn),
      DetPr: tp / Math.max(1, tp + fp),
      AssRe: over((n, g) => n / Math.max(1, gtCount[g])),
      AssPr: over((n, _, k) => n / Math.max(1, trCount[k])),
      LocA: Math.max(1e-10, loc) / Math.max(1e-10, tp),
    };
  });
  const names = Object.keys(parts[0]!) as (keyof (typeof parts)[0])[];
  return Object.fromEntries(names.map((name) => [name, sum(parts.map((part) => part[name])) / 19]));
}

function slowClear({ gt, tr, sim, G }: Data): Record<string, number> {
  let [tp, fn, fp, idsw, motp] = [0, 0, 0, 0, 0];
  const count = new Array(G).fill(0);
  const matched = new Array(G).fill(0);
  const frag = new Array(G).fill(0);
  const prev: (number | undefined)[] = new Array(G).fill(undefined);
  let step: (number | undefined)[] = new Array(G).fill(undefined);
  gt.forEach((ids, t) => {
    for (const g of ids) count[g]++;
    if (ids.length === 0 || tr[t]!.length === 0) {
      fp += tr[t]!.length;
      fn += ids.length;
      return;
    }
    const score = sim[t]!.map((row, i) =>
      row.map((s, j) => (s < 0.5 - EPS ? 0 : s + (step[ids[i]!] === tr[t]![j] ? 1000 : 0))),
    );
    const good = best(score, tr[t]!.length).filter(([i, j]) => score[i]![j]! > EPS);
    const now: (number | undefined)[] = new Array(G).fill(undefined);
    for (const [i, j] of good) {
      const [g, k] = [ids[i]!, tr[t]![j]!];
      if (prev[g] !== undefined && prev[g] !== k) idsw++;
      prev[g] = k;
      now[g] = k;
      matched[g]++;
      if (step[g] === undefined) frag[g]++;
      motp += sim[t]![i]![j]!;
    }
    step = now;
    tp += good.length;
    fn += ids.length - good.length;
    fp += tr[t]!.length - good.length;
  });
  const ratio = matched.map((m, g) => m / count[g]);
  const mt = ratio.filter((r) => r > 0.8).length;
  const pt = ratio.filter((r) => r >= 0.2).length - mt;
  return {
    MOTA: (tp - fp - idsw) / Math.max(1, tp + fn),
    MOTP: motp / Math.max(1, tp),
    idSwitches: idsw,
    fragmentations: sum(frag.filter((f) => f > 0).map((f) => f - 1)),
    mostlyTracked: mt,
    partlyTracked: pt,
    mostlyLost: G - mt - pt,
  };
}

function slowIdentity({ gt, tr, sim, G, T }: Data): Record<string, number> {
  const n = G + T;
  const gtCount = new Array(G).fill(0);
  const trCount = new Array(T).fill(0);
  const potential = grid(G, T);
  gt.forEach((ids, t) => {
    for (const g of ids) gtCount[g]++;
    for (const k of tr[t]!) trCount[k]++;
    ids.forEach((g, i) => {
      tr[t]!.forEach((k, j) => {
        if (sim[t]![i]![j]! >= 0.5) potential[g]![k]! += 1;
      });
    });
  });
  const fp = grid(n, n);
  const fn = grid(n, n);
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) {
      if (r >= G && c < T) fp[r]![c] = r - G === c ? trCount[c] : 1e10;
      if (r < G && c >= T) fn[r]![c] = c - T === r ? gtCount[r] : 1e10;
      if (r < G && c < T) {
        fp[r]![c] = trCount[c] - potential[r]![c]!;
        fn[r]![c] = gtCount[r] - potential[r]![c]!;
      }
    }
  }
  const total = fp.map((row, r) => row.map((value, c) => value + fn[r]![c]!));
  const match = best(
    total.map((row) => row.map((value) => -value)),
    n,
  );
  const idfn = sum(match.map(([r, c]) => fn[r]![c]!));
  const idfp = sum(match.map(([r, c]) => fp[r]![c]!));
  const idtp = sum(gtCount) - idfn;
  return {
    IDF1: idtp / Math.max(1, idtp + 0.5 * idfp + 0.5 * idfn),
    IDR: idtp / Math.max(1, idtp + idfn),
    IDP: idtp / Math.max(1, idtp + idfp),
  };
}
