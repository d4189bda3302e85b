import { Command, Help, type Option } from 'commander';
import { registerConfig } from './config.js';
import { registerDataset } from './dataset.js';
import { registerDetect } from './detect.js';
import { registerDoctor } from './doctor.js';
import { registerEvaluate } from './evaluate.js';
import { examples } from './examples.js';
import { registerModels } from './models.js';
import { registerProbe } from './probe.js';
import { registerQuantise } from './quantise.js';
import { registerScore } from './score.js';
import { registerTrain } from './train.js';
import { registerTune } from './tune.js';
import { version } from './version.js';
import { registerWatch } from './watch.js';

/**
 * The table of contents: the whole command line of lookout, one line per command. A command is one file here that exports
 * a function which registers it; heavy modules are imported inside its action, so that `--help` stays fast.
 */
export function createProgram(): Command {
  const program = new Command('lookout')
    .description('Real-time object detection for cameras and video files.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ sortOptions: false, showGlobalOptions: false, optionDescription });

  registerWatch(program);
  registerDetect(program);
  registerProbe(program);
  registerDoctor(program);
  registerConfig(program);
  registerModels(program);
  registerDataset(program);
  registerTrain(program);
  registerTune(program);
  registerEvaluate(program);
  registerScore(program);
  registerQuantise(program);

  examples(program, [
    ['lookout watch rtsp://user:password@camera/stream', 'live pictures with boxes in a browser'],
    ['lookout detect street.mp4', 'labelled boxes of every frame'],
    ['lookout config show', 'the settings in force, and where each comes from'],
    ['lookout help config', 'everything about one command'],
  ]);
  return program;
}

/** An empty list or map as the default says nothing: commander would write `(default: [])`. */
function optionDescription(option: Option): string {
  const { defaultValue } = option;
  const isEmpty = typeof defaultValue === 'object' && defaultValue !== null && Object.keys(defaultValue).length === 0;
  return isEmpty ? option.description : new Help().optionDescription(option);
}
