import type { Batch } from '#dataset/batch.js';
import type { StepTeam } from '#runtime/step-team.js';
import type { Losses } from './events.js';
import { meanOf } from './losses.js';
import { sharesOf } from './shares.js';
import type { StepControl, TrainingTask } from './task.js';

/** What a batch did. */
export interface BatchResult {
  /** See {@link TrainingTask.figures}: means over the shares. */
  readonly parts: Losses;
  /** The batch with its buffers, to be used again. */
  readonly batch: Batch;
}

/** A batch on its way through the step's graph. */
export interface BatchRun {
  readonly key: string;
  readonly batch: Batch;
  /** Pictures of a batch. */
  readonly pictures: number;
  readonly control: StepControl;
}

/** Runs the step's graph on a batch, shared out to the team. */
export async function runBatch(
  team: StepTeam,
  task: TrainingTask,
  { key, batch, pictures, control }: BatchRun,
): Promise<BatchResult> {
  const shares = sharesOf(batch, pictures, task.members ?? 1);
  const results = await team.run(
    key,
    shares.map((share) => task.stepFeeds(share, control)),
  );
  const parts = meanOf(results.map(({ outputs }) => task.figures(outputs)));
  if (shares.length > 1) return { parts, batch };
  const [first] = results[0]!.feeds[0]!.parts as [Batch['pictures']];
  return { parts, batch: { ...batch, pictures: first } };
}

/** Runs the update where the step's graph gives gradients alone; `batches` were seen so far. */
export async function runUpdate(
  team: StepTeam,
  { update, states }: TrainingTask,
  { control, batches }: { readonly control: StepControl; readonly batches: number },
): Promise<void> {
  if (update === undefined || batches % update.batches !== 0) return;
  await team.combine(update.combines);
  await team.first.run(update.graph.key, update.feeds(control));
  await team.combine({ parameters: 'first' });
  if (update.clears === undefined) return;
  const length = states.find(({ name }) => name === update.clears)!.dims[0]!;
  await team.write(new Map([[update.clears, new Float32Array(length)]]));
}
