/**
 * The slow, obvious assignment: the extended square problem that lap solves for `cost_limit` (a row or a column that
 * stays alone costs half the limit), by the O(n^3) Hungarian method on a dense matrix.
 */
export function denseAssignment(cost: readonly (readonly number[])[], columns: number, limit: number): number[] {
  const rows = cost.length;
  const n = rows + columns;
  const extended = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      if (i < rows && j < columns) return cost[i]![j]!;
      return i >= rows && j >= columns ? 0 : limit / 2;
    }),
  );
  return square(extended)
    .slice(0, rows)
    .map((column) => (column < columns ? column : -1));
}

/** Minimum-cost perfect matching of a square matrix; column of each row. */
function square(a: readonly (readonly number[])[]): number[] {
  const n = a.length;
  const u = new Array<number>(n + 1).fill(0);
  const v = new Array<number>(n + 1).fill(0);
  const rowOf = new Array<number>(n + 1).fill(0);
  for (let i = 1; i <= n; i++) {
    const least = new Array<number>(n + 1).fill(Number.POSITIVE_INFINITY);
    const used = new Array<boolean>(n + 1).fill(false);
    const way = new Array<number>(n + 1).fill(0);
    let j0 = 0;
    rowOf[0] = i;
    do {
      used[j0] = true;
      let delta = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let j = 1; j <= n; j++) {
        if (used[j]) continue;
        const reduced = a[rowOf[j0]! - 1]![j - 1]! - u[rowOf[j0]!]! - v[j]!;
        if (reduced < least[j]!) {
          least[j] = reduced;
          way[j] = j0;
        }
        if (least[j]! < delta) {
          delta = least[j]!;
          next = j;
        }
      }
      for (let j = 0; j <= n; j++) {
        if (used[j]) {
          u[rowOf[j]!]! += delta;
          v[j]! -= delta;
        } else least[j]! -= delta;
      }
      j0 = next;
    } while (rowOf[j0] !== 0);
    for (; j0 !== 0; j0 = way[j0]!) rowOf[j0] = rowOf[way[j0]!]!;
  }
  const columnOf = new Array<number>(n);
  for (let j = 1; j <= n; j++) columnOf[rowOf[j]! - 1] = j - 1;
  return columnOf;
}
