import { availableParallelism, loadavg } from 'node:os';
import { LookoutError, messageOf } from '#core/errors.js';
import { StepTeam } from '#runtime/step-team.js';
import type { Recipe } from '../recipe/recipe.js';
import type { TrainingTask } from './task.js';

/** Starts the threads that a task is trained on. All state is zero; the graphs of looks and updates are there. */
export async function openTeam(recipe: Pick<Recipe, 'device' | 'threads'>, task: TrainingTask): Promise<StepTeam> {
  const { members = 1, passing = [], common = [], update } = task;
  const threads = recipe.threads === 'auto' ? availableParallelism() : recipe.threads;
  // Waiting busily is faster on cores of one's own, and much slower where others want them.
  const spinning = members === 1 && loadavg()[0]! < availableParallelism() / 2;
  const session = {
    provider: recipe.device,
    threads,
    optimisation: 'basic',
    spinning,
    flushDenormals: true,
    memoryPattern: false,
  } as const;
  const team = await StepTeam.open({ session, states: [...task.states, ...passing], members, common });
  try {
    await team.first.add({ ...task.lookGraph(), threads });
    if (update !== undefined) await team.first.add({ ...update.graph, threads });
    return team;
  } catch (error) {
    await team.close();
    if (recipe.device === 'cpu') throw error;
    const way = `lookout doctor says what this machine has; --device cpu always works`;
    throw new LookoutError('config', `--device ${recipe.device}: ${messageOf(error)}; ${way}`, { cause: error });
  }
}
