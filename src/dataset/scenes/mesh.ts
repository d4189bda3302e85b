import { cross, subtract, unit, type Vector } from './vector.js';

/** Triangles with smooth normals; each has the number of the palette colour that it takes. */
export interface Mesh {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** Three per triangle, counterclockwise as seen from outside. */
  readonly indices: Uint16Array;
  readonly slots: Uint8Array;
}

/** Builds a mesh piece by piece. */
export class MeshBuilder {
  readonly #positions: number[] = [];
  readonly #normals: number[] = [];
  readonly #indices: number[] = [];
  readonly #slots: number[] = [];

  vertex(position: Vector, normal: Vector): number {
    this.#positions.push(...position);
    this.#normals.push(...normal);
    return this.#positions.length / 3 - 1;
  }

  triangle(a: number, b: number, c: number, slot: number): void {
    this.#indices.push(a, b, c);
    this.#slots.push(slot);
  }

  /** A flat polygon, convex, counterclockwise from outside. */
  polygon(points: readonly Vector[], slot: number): void {
    const normal = unit(cross(subtract(points[1]!, points[0]!), subtract(points[2]!, points[0]!)));
    const corners = points.map((point) => this.vertex(point, normal));
    for (let n = 2; n < corners.length; n++) this.triangle(corners[0]!, corners[n - 1]!, corners[n]!, slot);
  }

  /**
   * A surface through rows of points with normals smoothed over it. Seen from outside, rows go up and points of a row to
   * the right. `slotOf` chooses the colour of the field between row j and j + 1, point i and i + 1; undefined is a hole.
   */
  grid(rows: readonly (readonly Vector[])[], slotOf: (j: number, i: number) => number | undefined, wrap = false): void {
    const across = rows[0]!.length;
    const point = (j: number, i: number): Vector => rows[j]![wrap ? (i + across) % across : i]!;
    const clampRow = (j: number): number => Math.min(Math.max(j, 0), rows.length - 1);
    const clampPoint = (i: number): number => (wrap ? i : Math.min(Math.max(i, 0), across - 1));
    const numbers = rows.map((row, j) =>
      row.map((position, i) => {
        const right = subtract(point(j, clampPoint(i + 1)), point(j, clampPoint(i - 1)));
        const up = subtract(point(clampRow(j + 1), i), point(clampRow(j - 1), i));
        return this.vertex(position, unit(cross(right, up)));
      }),
    );
    for (let j = 0; j + 1 < rows.length; j++) {
      for (let i = 0; i + (wrap ? 0 : 1) < across; i++) {
        const slot = slotOf(j, i);
        if (slot === undefined) continue;
        const next = (i + 1) % across;
        const [a, b, c, d] = [numbers[j]![i]!, numbers[j]![next]!, numbers[j + 1]![next]!, numbers[j + 1]![i]!];
        this.triangle(a, b, c, slot);
        this.triangle(a, c, d, slot);
      }
    }
  }

  /** Adds another mesh, moved along x. */
  append({ positions, normals, indices, slots }: Mesh, x: number): void {
    const first = this.#positions.length / 3;
    positions.forEach((value, at) => {
      this.#positions.push(at % 3 === 0 ? value + x : value);
    });
    this.#normals.push(...normals);
    this.#indices.push(...indices.map((index) => index + first));
    this.#slots.push(...slots);
  }

  build(): Mesh {
    if (this.#positions.length / 3 > 65_536) throw new RangeError('MeshBuilder: expected at most 65,536 vertices');
    return {
      positions: Float32Array.from(this.#positions),
      normals: Float32Array.from(this.#normals),
      indices: Uint16Array.from(this.#indices),
      slots: Uint8Array.from(this.#slots),
    };
  }
}
