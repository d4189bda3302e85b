/** What becomes of state that the members of a team hold each for its share; `first`: what the first member holds. */
export type Combination = 'sum' | 'mean' | 'first';

/** Where the members of a team lay out state for each other: by name, float32 of every member, one behind the other. */
export interface StepBoard {
  readonly member: number;
  readonly members: number;
  readonly boards: readonly (readonly [name: string, memory: SharedArrayBuffer])[];
}

function memoryOf({ boards }: StepBoard, name: string): SharedArrayBuffer {
  const found = boards.find(([known]) => known === name);
  if (found === undefined) throw new RangeError(`StepBoard: no state named ${name}`);
  return found[1];
}

/** Lays out this member's values. */
export function publish(board: StepBoard, name: string, values: Float32Array): void {
  new Float32Array(memoryOf(board, name), 4 * board.member * values.length, values.length).set(values);
}

/** All members' values as one, added in their order, so that every member gets the same bits. */
export function combine(board: StepBoard, name: string, into: Float32Array, how: Combination): void {
  const memory = memoryOf(board, name);
  const { length } = into;
  into.set(new Float32Array(memory, 0, length));
  if (how === 'first') return;
  for (let member = 1; member < board.members; member++) {
    const values = new Float32Array(memory, 4 * member * length, length);
    for (let at = 0; at < length; at++) into[at]! += values[at]!;
  }
  if (how === 'mean') for (let at = 0; at < length; at++) into[at]! /= board.members;
}
