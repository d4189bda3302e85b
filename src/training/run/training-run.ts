import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { Batch } from '#dataset/batch.js';
import { outputError } from '#records/files.js';
import type { StepTeam } from '#runtime/step-team.js';
import { Batches, type BatchSource } from './batches.js';
import type { EndReason } from './events.js';
import { Guard } from './guard.js';
import { type Look, lookAt } from './look.js';
import { addLosses, meanLosses } from './losses.js';
import { openTeam } from './open-team.js';
import { Pace } from './pace.js';
import { betterOf, isExhausted } from './patience.js';
import { type Phase, phaseKey, phaseOf } from './phases.js';
import { expectedEpochs, isUnsettled, progressOf, type RunLength, secondsLeft } from './plan.js';
import { emaDecay, rateFactor } from './rate.js';
import { BEST, LAST, type RunResult, type TrainingRunOptions } from './run-options.js';
import { type RunPosition, START, saveRun } from './state.js';
import type { StepControl } from './task.js';
import { runBatch, runUpdate } from './team-step.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** One sitting of a training run: from its start or a checkpoint to its end or an interruption. */
export class TrainingRun {
  readonly #options: Omit<TrainingRunOptions, 'saved' | 'initial'>;
  readonly #position: Mutable<RunPosition>;
  readonly #guard: Guard;
  readonly #length: RunLength;
  readonly #batches: BatchSource;
  readonly #loaders: number;
  readonly #graphs = new Set<string>();
  readonly #pace = new Pace();
  #team: StepTeam | undefined;
  readonly #now: () => number;
  #lastSave: number;
  /** The last state that was looked at and held finite numbers only. */
  #sound: ReadonlyMap<string, Float32Array>;

  constructor(options: TrainingRunOptions) {
    const { saved, initial, ...kept } = options;
    const { recipe, data, features, folder, task } = kept;
    this.#options = kept;
    this.#sound = saved?.arrays ?? initial ?? task.initialState();
    this.#position = { ...(saved?.position ?? START) };
    this.#now = options.now ?? (() => performance.now());
    this.#lastSave = this.#now();
    this.#guard = new Guard(this.#position.rollbacks);
    this.#loaders = recipe.loaders === 'auto' ? Math.max(1, Math.floor(availableParallelism() / 2)) : recipe.loaders;
    this.#batches = features?.train ?? new Batches({ recipe, dataset: data.train, workers: this.#loaders, folder });
    this.#length = {
      epochs: recipe.epochs,
      stepsPerEpoch: Math.floor(data.train.samples.length / recipe.batch),
      ...(recipe.minutes !== null && { minutes: recipe.minutes }),
    };
  }

  /** Trains until the run ends or is interrupted; at the end everything is in the checkpoints. */
  async run(): Promise<RunResult> {
    try {
      const team = await this.#open();
      let reason = this.#reasonToEnd();
      while (reason === undefined) {
        await this.#epoch(team);
        reason = this.#reasonToEnd();
      }
      await this.#save(LAST);
      const { epoch, steps, trainedSeconds, best } = this.#position;
      const { task, tell } = this.#options;
      tell({ kind: 'ended', reason, epochs: epoch, steps, seconds: trainedSeconds, leftOut: task.leftOut ?? 0, best });
      return { reason, position: { ...this.#position } };
    } finally {
      await this.#batches.close();
      await this.#team?.close();
    }
  }

  async #open(): Promise<StepTeam> {
    const { recipe, task, folder } = this.#options;
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw outputError(folder, error);
    });
    this.#team = await openTeam(recipe, task);
    await this.#team.write(this.#sound);
    return this.#team;
  }

  #progress(): number {
    return progressOf(this.#length, this.#position.steps, this.#position.trainedSeconds);
  }

  #reasonToEnd(): EndReason | undefined {
    const { recipe, signal } = this.#options;
    const { epoch, step, best, steps } = this.#position;
    if (signal?.aborted) return 'interrupted';
    if (step > 0) return undefined;
    const patience = recipe.validation.patience ?? undefined;
    if (isExhausted(best && { value: best.AP, epoch: best.epoch }, epoch - 1, patience)) return 'patience';
    if (this.#progress() < 1) return undefined;
    return steps >= this.#length.epochs * this.#length.stepsPerEpoch ? 'finished' : 'time';
  }

  async #epoch(team: StepTeam): Promise<void> {
    const { signal, recipe } = this.#options;
    const position = this.#position;
    const phase = this.#beginEpoch();
    await this.#dropUnused(team, phase);
    while (position.step < this.#length.stepsPerEpoch && this.#progress() < 1) {
      if (signal?.aborted) return;
      const waited = this.#batches.waitedMs;
      const batch = await this.#batches.next(phase, position);
      await this.#step(team, batch, this.#batches.waitedMs - waited);
      if (this.#now() - this.#lastSave > 1000 * recipe.checkpoint.seconds) await this.#save(LAST);
    }
    await this.#endEpoch(team, phase);
  }

  #beginEpoch(): Phase {
    const position = this.#position;
    if (position.step > 0) return JSON.parse(position.phase) as Phase;
    const { steps, trainedSeconds, epoch } = position;
    const expected = expectedEpochs(this.#length, steps, trainedSeconds);
    const phase = phaseOf(this.#options.recipe, { epoch, expected, progress: this.#progress() });
    const key = phaseKey(phase);
    if (key !== position.phase) {
      this.#pace.restart();
      const mosaic = phase.policy.mosaic.probability > 0;
      this.#options.tell({ kind: 'phase', epoch, sizes: phase.sizes, mosaic });
    }
    position.phase = key;
    position.lossSums = {};
    return phase;
  }

  async #step(team: StepTeam, batch: Batch, waitedMs: number): Promise<void> {
    const { task, data, tell, recipe } = this.#options;
    const position = this.#position;
    const started = this.#now();
    const key = await this.#graphFor(team, batch);
    const rate = this.#rate();
    const step = position.steps + 1;
    const control = this.#control(rate, step);
    const ran = await runBatch(team, task, { key, batch, pictures: recipe.batch, control });
    const { parts } = ran;
    const pictures = batch.sources.map(([first]) => basename(data.train.samples[first!]!.file));
    const rollback = this.#guard.inspect({ step, parts, pictures });
    if (rollback !== undefined) {
      await team.undo();
      await this.#heal(team);
      tell({ kind: 'rolled-back', ...rollback });
    } else position.lossSums = addLosses(position.lossSums, parts);
    // A team's gradients of a batch that was taken back are of no use; gathered ones of earlier batches are still to be applied.
    if (rollback === undefined || (task.members ?? 1) === 1) await runUpdate(team, task, { control, batches: step });
    this.#batches.recycle(ran.batch);
    position.rollbacks = this.#guard.rollbacks;
    position.step++;
    position.steps = step;
    position.trainedSeconds += (this.#now() - started + waitedMs) / 1000;
    this.#report(batch, rate);
  }

  /** The optimiser's own steps are fewer where several batches make one. */
  #control(rate: number, batches: number): StepControl {
    const { task, recipe } = this.#options;
    const step = Math.ceil(batches / (task.update?.batches ?? 1));
    return { rate, step, emaDecay: emaDecay(recipe.ema, step) };
  }

  #rate(): number {
    const { optimiser, schedule } = this.#options.recipe;
    return optimiser.rate * this.#guard.rateFactor * rateFactor(schedule, this.#progress());
  }

  /** Graphs of sizes that are over hold memory for nothing. */
  async #dropUnused(team: StepTeam, { sizes }: Phase): Promise<void> {
    const used = new Set(sizes.map((side) => this.#options.task.stepGraph({ width: side, height: side }).key));
    for (const key of this.#graphs) {
      if (used.has(key)) continue;
      await team.drop(key);
      this.#graphs.delete(key);
    }
  }

  async #graphFor(team: StepTeam, { size }: Batch): Promise<string> {
    const graph = this.#options.task.stepGraph(size);
    if (!this.#graphs.has(graph.key)) await team.add(graph);
    this.#graphs.add(graph.key);
    return graph.key;
  }

  #report(batch: Batch, rate: number): void {
    const { epoch, step, steps, trainedSeconds, lossSums } = this.#position;
    this.#pace.note(this.#now(), this.#batches.waitedMs);
    this.#options.tell({
      kind: 'step',
      epoch,
      epochs: isUnsettled(this.#length, steps) ? undefined : this.#epochs(),
      step,
      stepsPerEpoch: this.#length.stepsPerEpoch,
      losses: meanLosses(lossSums),
      rate,
      size: batch.size.width,
      picturesPerSecond: this.#pace.stepsPerSecond * this.#options.recipe.batch,
      waitShare: this.#pace.waitShare,
      secondsLeft: secondsLeft(this.#length, steps, { trainedSeconds, stages: this.#options.recipe.progressive }),
      memoryMb: process.memoryUsage.rss() / 1e6,
      progress: this.#progress(),
    });
  }

  async #endEpoch(team: StepTeam, phase: Phase): Promise<void> {
    const { recipe, signal, tell } = this.#options;
    const position = this.#position;
    const isLast = this.#progress() >= 1;
    const isDue = isLast || (position.epoch + 1) % recipe.validation.every === 0;
    if (isLast) await this.#dropUnused(team, { ...phase, sizes: [] });
    const look = isDue ? await this.#look(team, isLast) : undefined;
    if (isDue) this.#pace.restart();
    // An interrupted look is taken again by the next sitting: the epoch has not ended.
    if (signal?.aborted) return;
    const losses = meanLosses(position.lossSums);
    const figures = look && { AP: look.AP, AP50: look.AP50 };
    const { epoch, trainedSeconds } = position;
    const record = { epoch, losses, rate: this.#rate(), size: Math.max(...phase.sizes), trainedSeconds };
    position.history = [...position.history, { ...record, ...figures }];
    position.epoch++;
    position.step = 0;
    if (figures === undefined) return;
    const isBest = this.#isBest({ epoch, ...figures });
    await this.#options.looked?.(look!, position.history);
    tell({
      kind: 'validated',
      ...record,
      ...figures,
      epochs: this.#epochs(epoch),
      isBest,
      pictures: look!.pictures.length,
    });
    await this.#save(LAST);
    if (isBest) await this.#save(BEST);
  }

  /** Epochs that the run is expected to have, the one that is spoken of among them. */
  #epochs(epoch = this.#position.epoch): number {
    const { steps, trainedSeconds } = this.#position;
    return Math.max(epoch + 1, expectedEpochs(this.#length, steps, trainedSeconds));
  }

  #isBest(figures: { epoch: number; AP: number; AP50: number }): boolean {
    const { best } = this.#position;
    const better = betterOf(best && { value: best.AP, epoch: best.epoch }, { value: figures.AP, epoch: figures.epoch });
    const isBest = better.epoch === figures.epoch;
    if (isBest) this.#position.best = figures;
    return isBest;
  }

  /** Looks at the validation pictures with the moving average; undefined where there are none, or when interrupted. */
  async #look(team: StepTeam, all: boolean): Promise<Look | undefined> {
    const { recipe, task, data, features, signal } = this.#options;
    if (data.validation.samples.length === 0) return undefined;
    const started = this.#now();
    const { pictures } = recipe.validation;
    const { length } = data.validation.samples;
    const count = all || pictures === null ? length : Math.min(length, pictures);
    this.#options.tell({ kind: 'busy', text: `looking at ${count} held-out pictures` });
    const look = await lookAt({
      runner: team.first,
      task,
      dataset: data.validation,
      side: recipe.model.size,
      batch: task.lookBatch,
      workers: this.#loaders,
      ...(features && { source: features.validation() }),
      ...(pictures !== null && !all && { pictures }),
      ...(signal && { signal }),
    });
    this.#position.trainedSeconds += (this.#now() - started) / 1000;
    return look;
  }

  /** The state as it is; where it holds a number that is not finite, the last one that was sound, which takes its place. */
  async #heal(team: StepTeam): Promise<ReadonlyMap<string, Float32Array>> {
    const names = this.#options.task.states.map((state) => state.name);
    const arrays = (await team.read(names)) as Map<string, Float32Array>;
    if ([...arrays.values()].every((array) => array.every(Number.isFinite))) this.#sound = arrays;
    else await team.write(this.#sound);
    return this.#sound;
  }

  async #save(name: string): Promise<void> {
    const { recipe, data, anchors, folder, tell } = this.#options;
    const arrays = await this.#heal(this.#team!);
    const path = join(folder, name);
    const position = { ...this.#position };
    await saveRun(path, { recipe, labels: data.labels, anchors, dataSha256: data.sha256, position, arrays });
    this.#lastSave = this.#now();
    tell({ kind: 'saved', path });
  }
}
