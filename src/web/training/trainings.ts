import type { TrainingRecord } from '#core/training-record.js';
import { type TrainingSummary, trainingList, trainingRecord } from '../api.js';

const LIST_EVERY_MS = 15_000;
const RECORD_EVERY_MS = 2000;

/** A run as it was last heard of. */
export interface SeenRun {
  readonly run: string;
  readonly record: TrainingRecord;
  /** How long ago the run spoke, ms, on the server's clock, when this came. */
  readonly silentMs: number;
}

/** What is known of training runs: the list now and then, the run that is looked at every two seconds. */
export class Trainings {
  list: readonly TrainingSummary[] = [];
  /** Name of the run that is looked at. */
  selected: string | undefined;
  /** Undefined until it came; `missing` where there is none of this name. */
  seen: SeenRun | 'missing' | undefined;
  #timer: number | undefined;
  #listTimer: number | undefined;
  #active = false;

  /** @param redraw draws the views anew */
  constructor(private readonly redraw: () => void) {}

  /** Begins to ask; to be called once it is known who asks. */
  start(): void {
    if (this.#active) return;
    this.#active = true;
    void this.#askList();
    void this.#askRecord();
  }

  select(run: string | undefined): void {
    if (run === this.selected) return;
    this.selected = run;
    this.seen = undefined;
    void this.#askRecord();
  }

  async #askList(): Promise<void> {
    clearTimeout(this.#listTimer);
    if (!document.hidden) this.list = (await trainingList()) ?? this.list;
    this.#listTimer = setTimeout(() => void this.#askList(), LIST_EVERY_MS);
    this.redraw();
  }

  async #askRecord(): Promise<void> {
    clearTimeout(this.#timer);
    const run = this.selected;
    if (run === undefined || !this.#active) return;
    const answer = document.hidden ? undefined : await trainingRecord(run);
    if (run !== this.selected) return;
    if (answer === 'missing') this.seen = answer;
    else if (answer !== undefined) {
      this.seen = { run, record: answer, silentMs: Math.max(0, answer.server_time - answer.updated_at) };
    }
    const waitMs = this.seen === 'missing' ? LIST_EVERY_MS : RECORD_EVERY_MS;
    this.#timer = setTimeout(() => void this.#askRecord(), waitMs);
    this.redraw();
  }
}
