import type { Command } from 'commander';
import { examples } from './examples.js';
import { argumentsOf, openSession, settingOptions } from './settings.js';

/** What `watch` takes beside the settings. */
export interface WatchFlags {
  readonly pipeline?: string;
  readonly preset?: string;
  readonly labels?: string;
  readonly config?: string;
}

/** `lookout watch`: cameras and their boxes, live in a browser. */
export function registerWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('watch cameras: live pictures with boxes in a browser')
    .argument(
      '[sources...]',
      'rtsp and http(s) URLs, /dev/video0, files (played in a loop); NAME=SOURCE names a camera',
    )
    .option('--pipeline <name|file>', 'cameras and settings from pipelines/<name>.yaml or a file')
    .option('--preset <name>', 'layout of a bare .onnx file that does not tell it by itself')
    .option('--labels <file>', 'class names of a bare .onnx file, one a line');
  const engine = ['model', 'models', 'inputSize', 'device', 'workers', 'threads'];
  settingOptions(command, [...engine, 'suppression', 'sampling.fps', 'cameras', 'live', 'server']);
  command.action(async (sources: string[], flags: WatchFlags) => {
    const [{ readPipeline }, { watchPipeline }] = await Promise.all([
      import('./pipeline-file.js'),
      import('#config/pipeline.js'),
    ]);
    const pipelineOf = () =>
      flags.pipeline === undefined ? undefined : readPipeline(flags.pipeline, { watch: watchPipeline }).layer;
    const session = await openSession(command, { pipeline: pipelineOf() });
    const { loadSettings } = await import('#config/load.js');
    const reload = () => loadSettings({ file: flags.config, args: argumentsOf(command), pipeline: pipelineOf() });
    const { runWatch } = await import('./watch-run.js');
    process.exitCode = await runWatch({ sources, flags, session, reload });
  });
  examples(command, [
    ['lookout watch rtsp://user:password@192.168.1.20/stream1', 'one camera, at http://127.0.0.1:8080'],
    ['lookout watch gate=rtsp://192.168.1.20/1 yard=rtsp://192.168.1.21/1', 'two cameras with names'],
    ['lookout watch street.mp4 --fps 10', 'a file, played in a loop, ten analysed frames a second'],
    ['lookout watch /dev/video0 --classes person', 'a camera of this machine'],
    ['lookout watch --training runs/street', 'a training run: its curves, its progress, what it finds so far'],
    ['lookout watch --config lookout.yaml', 'the cameras of a settings file; changes in it take effect at once'],
  ]);
}
