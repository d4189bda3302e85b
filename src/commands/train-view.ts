import type { Losses, StepEvent, TrainingEvent, ValidatedEvent } from '#training/run/events.js';
import { clock } from './progress.js';
import type { Output } from './terminal.js';

export interface TrainViewOptions {
  readonly output?: Output;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Seconds on a steady clock. */
  readonly now?: () => number;
}

/** Seconds between two status lines where there is no terminal to redraw. */
const LINE_EVERY = 30;
/** Seconds between two redraws of the live line. */
const DRAW_EVERY = 0.2;

/**
 * What the person who trains sees: on a terminal a live line below a growing table of epochs; elsewhere plain lines, or
 * one JSON object per event.
 */
export class TrainView {
  readonly #output: Output;
  readonly #json: boolean;
  readonly #quiet: boolean;
  readonly #now: () => number;
  #last = Number.NEGATIVE_INFINITY;
  #isLive = false;

  constructor({ output = process.stdout, json = false, quiet = false, now }: TrainViewOptions = {}) {
    this.#output = output;
    this.#json = json;
    this.#quiet = quiet;
    this.#now = now ?? (() => performance.now() / 1000);
  }

  show(event: TrainingEvent): void {
    if (this.#quiet) return;
    if (this.#json) {
      if (event.kind !== 'step' || this.#isDue(1))
        this.#output.write(`${JSON.stringify({ event: event.kind, ...event })}\n`);
      return;
    }
    if (event.kind === 'busy') {
      this.status(event.text);
      return;
    }
    if (event.kind !== 'step') {
      for (const line of linesOf(event)) this.#print(line);
      return;
    }
    const isTerminal = this.#output.isTTY === true;
    if (!this.#isDue(isTerminal ? DRAW_EVERY : LINE_EVERY)) return;
    if (isTerminal) this.#draw(`${barOf(event.progress)} ${stepLine(event)}`);
    else this.#print(stepLine(event));
  }

  /** What is going on, on a terminal, until something else is. */
  status(text: string): void {
    if (!this.#json && !this.#quiet && this.#output.isTTY === true) this.#draw(`${text} ...`);
  }

  /** An event for programs, not shown to persons. */
  record(event: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#json && !this.#quiet) this.#output.write(`${JSON.stringify({ event, ...fields })}\n`);
  }

  /** A line for a person, not shown to programs. */
  print(line: string): void {
    if (!this.#json && !this.#quiet) this.#print(line);
  }

  /** Leaves the cursor on a line of its own. Idempotent. */
  end(): void {
    this.#clear();
  }

  #isDue(seconds: number): boolean {
    const now = this.#now();
    if (now - this.#last < seconds) return false;
    this.#last = now;
    return true;
  }

  #print(line: string): void {
    this.#clear();
    this.#output.write(`${line}\n`);
  }

  #draw(line: string): void {
    const columns = this.#output.columns || 80; // 0 where a terminal does not know its width
    this.#output.write(`\r\u001b[K${line.length < columns ? line : `${line.slice(0, columns - 2)}…`}`);
    this.#isLive = true;
  }

  #clear(): void {
    if (this.#isLive) this.#output.write('\r\u001b[K');
    this.#isLive = false;
  }
}

type BusyEvent = Extract<TrainingEvent, { kind: 'busy' }>;

function linesOf(event: Exclude<TrainingEvent, StepEvent | BusyEvent>): string[] {
  switch (event.kind) {
    case 'started':
      return startLines(event);
    case 'phase':
      return [`epoch ${event.epoch + 1}: input ${event.sizes.join(', ')} px, mosaic ${event.mosaic ? 'on' : 'off'}`];
    case 'validated':
      return [epochLine(event)];
    case 'rolled-back':
      return [
        `step ${event.step}: ${event.parts.join(', ')}; taken back, learning rate times ${event.rateFactor}; ` +
          `pictures: ${event.pictures.join(', ')}`,
      ];
    case 'saved':
      return [];
    case 'ended':
      return [
        ...(event.leftOut > 0 ? [`${event.leftOut} targets found no room in their step and were left out`] : []),
        endLine(event),
      ];
  }
}

function startLines(event: Extract<TrainingEvent, { kind: 'started' }>): string[] {
  const { name, architecture, parameters, labels, device, resumedSteps, notes } = event;
  const sizes = event.anchors.map((head) => head.map(([w, h]) => `${Math.round(w)}x${Math.round(h)}`).join(' '));
  return [
    `${name}: ${architecture}, ${(parameters / 1e6).toFixed(2)} M parameters, ${labels.length} classes (${labels.join(', ')})`,
    `${event.trainPictures} pictures to learn from, ${event.validationPictures} to look at; ${device}`,
    `anchors ${sizes.join(' | ')}; best possible recall ${event.bestPossibleRecall.toFixed(4)}`,
    ...notes,
    ...(resumedSteps > 0 ? [`resumed after ${resumedSteps} steps`] : []),
  ];
}

function epochLine({ epoch, epochs, losses, AP, AP50, isBest, rate, trainedSeconds }: ValidatedEvent): string {
  const of = `${epoch + 1}`.padStart(`${epochs}`.length);
  return `epoch ${of}/${epochs}  AP50 ${AP50.toFixed(3)}  AP ${AP.toFixed(3)}${isBest ? ' best' : '     '}  ${lossText(losses)}  ${rateText(rate)}  ${clock(trainedSeconds)}`;
}

function endLine({ reason, epochs, steps, seconds, best }: Extract<TrainingEvent, { kind: 'ended' }>): string {
  const why = {
    finished: 'finished',
    time: 'the time is up',
    patience: 'stopped early, no progress any more,',
    interrupted: 'interrupted',
  }[reason];
  const figures =
    best === undefined
      ? ''
      : `; best AP50 ${best.AP50.toFixed(3)}, AP ${best.AP.toFixed(3)} in epoch ${best.epoch + 1}`;
  const way = reason === 'interrupted' ? '; go on with --resume' : '';
  const done = [...(epochs > 0 ? [countOf(epochs, 'epoch')] : []), countOf(steps, 'step'), clock(seconds)];
  return `${why} after ${done.join(', ')}${figures}${way}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The parts; their sum over the batch says nothing that they do not. */
function lossText(losses: Losses): string {
  return Object.entries(losses)
    .filter(([name]) => name !== 'total')
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(' ');
}

/** `epoch 3/100 step 41/106, 12:03 left, box 0.0412 ..., 98 pictures/s, 320 px, rate 2.0e-3, wait 0.4 %, 612 MB`, the most wanted first. */
function stepLine(event: StepEvent): string {
  const { epoch, epochs, step, stepsPerEpoch, rate, size, picturesPerSecond, waitShare, secondsLeft, memoryMb } = event;
  const parts = [
    `epoch ${epoch + 1}${epochs === undefined ? '' : `/${epochs}`} step ${step}/${stepsPerEpoch}`,
    ...(secondsLeft === undefined ? [] : [`${clock(secondsLeft)} left`]),
    lossText(event.losses),
    ...(picturesPerSecond === 0 ? [] : [`${picturesPerSecond.toFixed(0)} pictures/s`]),
    `${size} px`,
    `${rateText(rate)}`,
    `wait ${(100 * waitShare).toFixed(1)} %`,
    `${memoryMb.toFixed(0)} MB`,
  ];
  return parts.join(', ');
}

/** `rate 2.0e-3`; warm-up begins at 0, which has no exponent. */
function rateText(rate: number): string {
  return `rate ${rate === 0 ? '0' : rate.toExponential(1)}`;
}

/** How far the whole run is. */
function barOf(progress: number): string {
  const full = Math.round(12 * Math.min(1, progress));
  return `${'█'.repeat(full)}${'░'.repeat(12 - full)}`;
}
