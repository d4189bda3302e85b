import { type Command, Option } from 'commander';
import { examples } from './examples.js';
import { Terminal } from './terminal.js';

interface Options {
  readonly truth: string;
  readonly rules: 'plain' | 'excused' | 'MOT17' | 'MOT20';
  readonly json?: true;
  readonly quiet?: true;
}

/** `lookout score RESULT --truth TRUTH`: how well tracks agree with the ground truth. */
export function registerScore(program: Command): void {
  const command = program
    .command('score')
    .description(
      'measure tracks against a ground truth in MOTChallenge form: HOTA, MOTA, IDF1, as TrackEval defines them',
    )
    .argument('<result>', 'a .mot.txt file of detect --track, or a folder with one for each sequence')
    .requiredOption(
      '--truth <path>',
      "a truth in MOTChallenge form, or a folder of them: MOTChallenge's own or NAME.mot.txt",
    )
    .addOption(
      new Option(
        '--rules <name>',
        'what counts: excused (truths marked 0 neither way), plain (marked 0 not there), or a benchmark',
      )
        .choices(['excused', 'plain', 'MOT17', 'MOT20'])
        .default('excused'),
    )
    .option('--json', 'print one JSON object per sequence, and one of all, instead of a table')
    .option('--quiet', 'print nothing but errors')
    .action(score);
  examples(command, [
    [
      'lookout score out/street.mp4.mot.txt --truth clip/street.mot.txt',
      'one video, against what dataset render wrote',
    ],
    ['lookout score out --truth MOT17/train --rules MOT17', 'all sequences of a benchmark'],
  ]);
}

async function score(result: string, { truth, rules, json, quiet }: Options): Promise<void> {
  const { runScore } = await import('./score-action.js');
  await runScore({ result, truth, rules, terminal: new Terminal({ json, quiet }) });
}
