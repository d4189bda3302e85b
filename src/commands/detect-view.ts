import type { Engine } from '#core/engine.js';
import type { InputProgress } from '#pipeline/detect-input.js';
import type { RunProgress } from '#pipeline/detect-run.js';
import type { Outcome } from '#pipeline/run-state.js';
import type { Progress, Terminal } from './terminal.js';

/** Says which model runs on what. */
export function greet(terminal: Terminal, { card, device, workers, threadsPerWorker }: Engine): void {
  const { size, adapts } = card.input;
  const fed = `${size.width}x${size.height}${adapts ? ' in the shape of each picture' : ''}`;
  terminal.print(
    `${card.name}, ${fed}, ${card.labels.length} ${card.labels.length === 1 ? 'class' : 'classes'}, on ${device.ran} (${count(workers, 'worker')} of ${count(threadsPerWorker, 'thread')})`,
  );
  for (const line of byReason(device.fellBack)) terminal.print(`  not used: ${line}`);
  terminal.event('model', { name: card.name, input: card.input.size, device, workers, threads: threadsPerWorker });
}

/** `cuda: no GPU`, `webgpu: no GPU` -> `cuda, webgpu: no GPU` */
function byReason(fellBack: readonly string[]): readonly string[] {
  const providers = new Map<string, string[]>();
  for (const line of fellBack) {
    const [, provider, reason] = /^(\S+): (.*)$/s.exec(line) ?? [];
    if (provider === undefined || reason === undefined) providers.set(line, []);
    else providers.set(reason, [...(providers.get(reason) ?? []), provider]);
  }
  return [...providers].map(([reason, names]) => (names.length === 0 ? reason : `${names.join(', ')}: ${reason}`));
}

/** Shows a run on the terminal while it goes on. */
export function shown(terminal: Terminal, { device }: Engine): RunProgress {
  let progress: Progress | undefined;
  return {
    begins(input, done): InputProgress {
      if (done) terminal.print(`${input.label}: finished by the interrupted run`);
      return {
        opened: ({ info }, { frames }) => {
          const total = info.frames === undefined ? {} : { total: info.frames };
          if (frames > 0) terminal.print(`${input.label}: resumed after ${count(frames, 'frame')}`);
          progress = terminal.progress({ label: input.label, device: device.ran, frames, ...total });
        },
        frame: ({ frames }) => progress?.update(frames),
      };
    },
    ends(input, outcome) {
      progress?.end();
      progress = undefined;
      const { frames, detections, results, faults } = outcome;
      terminal.event('input', { input: input.label, frames, detections, results, faults });
      if (results.length > 0) {
        terminal.print(
          `${input.label}: ${count(frames, 'frame')}, ${count(detections, 'detection')}: ${results.join(', ')}`,
        );
      }
    },
  };
}

/** The last word: what failed, and where everything is. Faults go to stderr, with `--quiet` too. */
export function summarise(terminal: Terminal, outcomes: readonly Outcome[], output: string): void {
  const faults = outcomes.flatMap((outcome) => outcome.faults);
  for (const fault of faults) process.stderr.write(`lookout: ${fault}\n`);
  const frames = outcomes.reduce((sum, outcome) => sum + outcome.frames, 0);
  terminal.print(
    `${count(outcomes.length, 'input')}, ${count(frames, 'frame')}, ${count(faults.length, 'fault')}; results in ${output}`,
  );
  terminal.event('done', { inputs: outcomes.length, frames, faults, output });
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
