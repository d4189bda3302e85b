import type { SessionOptions, TypedArray } from './session.js';
import type { Combination } from './step-board.js';
import type { StateSpec, StepGraph } from './step-protocol.js';
import { type StepResult, StepRunner } from './step-runner.js';
import type { Feed } from './worker-protocol.js';

export interface StepTeamSettings {
  /** `threads` are shared out evenly. */
  readonly session: SessionOptions;
  readonly states: readonly StateSpec[];
  readonly members: number;
  /** States that every member has and that can be combined; the first member has all of them. Default none. */
  readonly common?: readonly string[];
}

/**
 * Step runners that train side by side, each on its share of a batch. One thread each, they wait
 * for each other once in a step, where the threads of one runner wait for each other at every operator.
 */
export class StepTeam {
  /** Runs what is not shared out. */
  readonly first: StepRunner;
  readonly #members: readonly StepRunner[];
  readonly #common: ReadonlySet<string>;

  private constructor(members: readonly StepRunner[], common: ReadonlySet<string>) {
    this.#members = members;
    this.#common = common;
    this.first = members[0]!;
  }

  /** All state is zero at first. @throws LookoutError when a thread cannot start */
  static async open({ session, states, members, common = [] }: StepTeamSettings): Promise<StepTeam> {
    const threads = Math.max(1, Math.floor(session.threads / members));
    const held = states.filter(({ name }) => common.includes(name));
    const boards = held.map(
      ({ name, dims }) => [name, new SharedArrayBuffer(4 * members * dims.reduce((a, b) => a * b, 1))] as const,
    );
    const runners: StepRunner[] = [];
    try {
      for (let member = 0; member < members; member++) {
        const own = member === 0 ? states : held;
        const board = { member, members, boards };
        runners.push(await StepRunner.open({ session: { ...session, threads }, states: own, board }));
      }
      return new StepTeam(runners, new Set(common));
    } catch (error) {
      await Promise.all(runners.map((runner) => runner.close()));
      throw error;
    }
  }

  /** Adds a graph to every member. @throws LookoutError kind `model` where the runtime refuses it */
  async add(graph: StepGraph): Promise<void> {
    await Promise.all(this.#members.map((member) => member.add(graph)));
  }

  async drop(key: string): Promise<void> {
    await Promise.all(this.#members.map((member) => member.drop(key)));
  }

  /** Runs a graph on every member, each on its own feeds. @throws LookoutError kind `inference` */
  run(key: string, feeds: readonly (readonly Feed[])[]): Promise<StepResult[]> {
    if (feeds.length !== this.#members.length) {
      throw new RangeError(`StepTeam.run: expected feeds for ${this.#members.length} members, got ${feeds.length}`);
    }
    return Promise.all(this.#members.map((member, index) => member.run(key, feeds[index]!)));
  }

  /** Makes states that every member has the same in all of them. */
  async combine(states: Readonly<Record<string, Combination>>): Promise<void> {
    if (this.#members.length === 1) return;
    const names = Object.keys(states);
    const ofAll = names.filter((name) => states[name] !== 'first');
    await Promise.all(this.#members.map((member) => member.publish(member === this.first ? names : ofAll)));
    await Promise.all(this.#members.map((member) => member.combine(states)));
  }

  /** Puts the state of every member back to what it was before the last run. */
  async undo(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.undo()));
  }

  /** Copies of the first member's state by name. */
  read(names: readonly string[]): Promise<Map<string, TypedArray>> {
    return this.first.read(names);
  }

  /** Sets state by name, in every member that has it. */
  async write(values: ReadonlyMap<string, TypedArray>): Promise<void> {
    const common = new Map([...values].filter(([name]) => this.#common.has(name)));
    await Promise.all(this.#members.map((member) => member.write(member === this.first ? values : common)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.close()));
  }
}
