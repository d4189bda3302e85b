/**
 * Optimal one-to-one assignment of rows to columns over a sparse set of allowed pairs: minimises the sum of the costs of
 * the chosen pairs plus `limit` for each row left alone, so that a pair above the limit is never chosen and one at the
 * limit is preferred to none. The same optimum as `lap.lapjv(cost, extend_cost=True, cost_limit=limit)`.
 *
 * Shortest augmenting paths with dual variables (R. Jonker and A. Volgenant, Computing 38, 1987), walked over the given
 * pairs only: a row whose cheapest column is free costs one look at its own pairs, and rows that do not compete never
 * meet. Among equally cheap solutions the same input always gets the same one. Memory grows to the largest use and is kept.
 */
export class Assignment {
  /** Column of each row, -1 for none; valid up to {@link rows} after {@link solve}. */
  columnOf = new Int32Array(16);
  rows = 0;
  #columns = 0;
  #start = new Int32Array(17);
  #column = new Int32Array(64);
  #cost = new Float64Array(64);
  #pairs = 0;
  #rowOf = new Int32Array(16);
  #u = new Float64Array(16);
  #v = new Float64Array(16);
  #distance = new Float64Array(16);
  #previous = new Int32Array(16);
  /** 0 untouched, 1 reached, 2 settled. */
  #mark = new Uint8Array(16);
  #reached = new Int32Array(16);

  /** Starts a new problem; then for each row its pairs and `endRow`. */
  begin(columns: number): void {
    this.rows = 0;
    this.#pairs = 0;
    this.#columns = columns;
    if (columns <= this.#rowOf.length) return;
    const room = columns * 2;
    this.#rowOf = new Int32Array(room);
    this.#v = new Float64Array(room);
    this.#distance = new Float64Array(room);
    this.#previous = new Int32Array(room);
    this.#mark = new Uint8Array(room);
    this.#reached = new Int32Array(room);
  }

  /** Allows the current row to take a column (0-based, at most once per row) at a finite cost. */
  pair(column: number, cost: number): void {
    if (this.#pairs === this.#cost.length) {
      this.#column = grown(this.#column);
      this.#cost = grown(this.#cost);
    }
    this.#column[this.#pairs] = column;
    this.#cost[this.#pairs++] = cost;
  }

  endRow(): void {
    if (++this.rows === this.#start.length) this.#start = grown(this.#start);
    this.#start[this.rows] = this.#pairs;
  }

  solve(limit: number): Int32Array {
    if (this.rows > this.columnOf.length) {
      this.columnOf = new Int32Array(this.rows * 2);
      this.#u = new Float64Array(this.rows * 2);
    }
    this.#rowOf.fill(-1, 0, this.#columns);
    this.#v.fill(0, 0, this.#columns);
    for (let row = 0; row < this.rows; row++) this.#augment(row, limit);
    return this.columnOf;
  }

  /** Brings in one row along the cheapest alternating path; it may push one row (or itself) out. */
  #augment(origin: number, limit: number): void {
    this.columnOf[origin] = -1;
    this.#u[origin] = this.#cheapest(origin, limit);
    let reached = 0;
    let row = origin;
    let rowDistance = 0;
    let outRow = origin;
    let outDistance = limit - this.#u[origin];
    for (;;) {
      reached = this.#reach(row, rowDistance, reached);
      const column = this.#nearest(reached);
      if (column < 0 || this.#distance[column] > outDistance) {
        this.#settle(origin, reached, outDistance);
        const freed = this.columnOf[outRow];
        this.columnOf[outRow] = -1;
        if (outRow !== origin) this.#flip(freed, origin);
        return;
      }
      row = this.#rowOf[column];
      rowDistance = this.#distance[column];
      if (row < 0) {
        this.#settle(origin, reached, rowDistance);
        this.#flip(column, origin);
        return;
      }
      this.#mark[column] = 2;
      const out = rowDistance + limit - this.#u[row];
      if (out < outDistance) {
        outDistance = out;
        outRow = row;
      }
    }
  }

  #cheapest(row: number, limit: number): number {
    let least = limit;
    for (let p = this.#start[row]; p < this.#start[row + 1]; p++) {
      least = Math.min(least, this.#cost[p] - this.#v[this.#column[p]]);
    }
    return least;
  }

  #reach(row: number, rowDistance: number, reached: number): number {
    const base = rowDistance - this.#u[row];
    for (let p = this.#start[row]; p < this.#start[row + 1]; p++) {
      const column = this.#column[p];
      if (this.#mark[column] === 2) continue;
      const distance = base + this.#cost[p] - this.#v[column];
      if (this.#mark[column] === 1 && distance >= this.#distance[column]) continue;
      if (this.#mark[column] === 0) this.#reached[reached++] = column;
      this.#mark[column] = 1;
      this.#distance[column] = distance;
      this.#previous[column] = row;
    }
    return reached;
  }

  #nearest(reached: number): number {
    let best = -1;
    for (let i = 0; i < reached; i++) {
      const column = this.#reached[i];
      if (this.#mark[column] === 1 && (best < 0 || this.#distance[column] < this.#distance[best])) best = column;
    }
    return best;
  }

  /** Updates the dual variables along the search tree and clears the marks. */
  #settle(origin: number, reached: number, length: number): void {
    for (let i = 0; i < reached; i++) {
      const column = this.#reached[i];
      if (this.#mark[column] === 2) {
        const slack = length - this.#distance[column];
        this.#v[column] -= slack;
        this.#u[this.#rowOf[column]] += slack;
      }
      this.#mark[column] = 0;
    }
    this.#u[origin] += length;
  }

  /** Walks back from a free column to the origin, giving each row the column it was reached by. */
  #flip(end: number, origin: number): void {
    for (let column = end; ; ) {
      const row = this.#previous[column];
      const next = this.columnOf[row];
      this.columnOf[row] = column;
      this.#rowOf[column] = row;
      if (row === origin) return;
      column = next;
    }
  }
}

function grown<T extends Int32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
