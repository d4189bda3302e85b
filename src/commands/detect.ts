import { type Command, Option } from 'commander';
import { examples } from './examples.js';
import { openSession, settingOptions } from './settings.js';

/** What `detect` takes beside the settings. */
export interface DetectFlags {
  readonly pipeline?: string;
  readonly track?: 'bytetrack' | 'sort';
  readonly explain?: boolean;
  readonly resume?: boolean;
  readonly preset?: string;
  readonly labels?: string;
}

/** `lookout detect`: labelled boxes for files, folders and streams. */
export function registerDetect(program: Command): void {
  const command = program
    .command('detect')
    .description('write labelled boxes for videos and pictures')
    .argument('[inputs...]', 'files, folders, globs, http(s) and rtsp URLs')
    .option('--pipeline <name|file>', 'sources and settings from pipelines/<name>.yaml or a file')
    .addOption(
      new Option('--track [algorithm]', 'give objects an identity over time: bytetrack or sort')
        .choices(['bytetrack', 'sort'])
        .preset('bytetrack'),
    )
    .option('--preset <name>', 'layout of a bare .onnx file that does not tell it by itself')
    .option('--labels <file>', 'class names of a bare .onnx file, one a line')
    .option('--explain', 'also write what dropped each candidate above the score threshold')
    .option('--resume', 'go on where an interrupted run with the same settings stopped');
  settingOptions(command, [
    'model',
    'models',
    'inputSize',
    'device',
    'workers',
    'threads',
    'suppression',
    'sampling',
    'output',
  ]);
  command.action(async (inputs: string[], flags: DetectFlags) => {
    const { readPipeline } = await import('./detect-pipeline.js');
    const pipeline = flags.pipeline === undefined ? undefined : readPipeline(flags.pipeline);
    const session = await openSession(command, { ...(pipeline && { pipeline: pipeline.layer }) });
    const { runDetect } = await import('./detect-run.js');
    process.exitCode = await runDetect([...inputs, ...(pipeline?.sources ?? [])], flags, session);
  });
  examples(command, [
    ['lookout detect street.mp4', 'boxes of every frame to out/street.mp4.jsonl'],
    ['lookout detect clips/ --annotate --format jsonl,csv', 'every video and picture below clips/, with drawn copies'],
    ['lookout detect street.mp4 --classes person,car --conf 0.4', 'two classes, above a score of 0.4'],
    ['lookout detect street.mp4 --model yolo11n.onnx --fps 5', 'any YOLO model, five frames a second'],
    ['lookout detect clips/ --resume', 'go on after an interruption'],
  ]);
}
