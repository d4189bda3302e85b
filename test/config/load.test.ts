// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lookout's own references
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keys } from '#config/keys.js';
import { type LoadOptions, loadSettings } from '#config/load.js';
import { detectPipeline, loadPipeline } from '#config/pipeline.js';
import { settingsShape } from '#config/settings.js';
import { faultsOf, fileOf } from './files.js';

/** Loads with this file, and with no other variables than those given. */
const load = (yaml: string, { env = {}, ...rest }: LoadOptions = {}) =>
  loadSettings({ file: fileOf(yaml), env, ...rest });
const faults = (yaml: string, { env = {}, ...rest }: LoadOptions = {}) => {
  const file = fileOf(yaml);
  return faultsOf(() => loadSettings({ file, env, ...rest }), file);
};
const argument = (name: string, value: string | boolean, flag = `--${name}`) => ({ name, value, flag });

describe('settings', () => {
  it('have a default each', () => {
    const { settings, origin } = load('');
    expect(settings.suppression).toMatchObject({ score: 0.25, iou: 0.45, maxDetections: 300, mode: 'per-class' });
    for (const { name } of keys) expect(origin(name)).toEqual({ kind: 'default', where: '' });
  });

  it('come from the defaults, the file, the pipeline, the environment and the arguments, the last one winning', () => {
    const pipeline = loadPipeline(
      fileOf('kind: detect\nsources: [a.mp4]\nsuppression: {iou: 0.3, score: 0.3, maxDetections: 3}'),
      { detect: detectPipeline },
      {},
    ).layer;
    const file = fileOf('suppression:\n  iou: 0.2\n  score: 0.2\n  maxDetections: 2\n  sigma: 0.2\n');
    const { settings, origin } = loadSettings({
      file,
      pipeline,
      env: { LOOKOUT_SUPPRESSION_SCORE: '0.4', LOOKOUT_SUPPRESSION_MAX_DETECTIONS: '4' },
      args: [argument('suppression.maxDetections', '5', '--max-det')],
    });
    expect(settings.suppression).toMatchObject({ sigma: 0.2, iou: 0.3, score: 0.4, maxDetections: 5, soft: 'off' });
    expect(origin('suppression.sigma')).toEqual({ kind: 'file', where: `${file}:5:10` });
    expect(origin('suppression.iou')).toMatchObject({ kind: 'pipeline', where: expect.stringMatching(/:3:20$/) });
    expect(origin('suppression.score')).toEqual({ kind: 'environment', where: 'LOOKOUT_SUPPRESSION_SCORE' });
    expect(origin('suppression.maxDetections')).toEqual({ kind: 'argument', where: '--max-det' });
    expect(origin('suppression.soft').kind).toBe('default');
  });

  it('replace lists and maps as a whole', () => {
    const { settings } = load('suppression: {perClass: {person: 0.1}, classes: [person, car]}', {
      env: { LOOKOUT_SUPPRESSION_PER_CLASS: 'car=0.2' },
      args: [argument('suppression.classes', 'dog')],
    });
    expect(settings.suppression.perClass).toEqual({ car: 0.2 });
    expect(settings.suppression.classes).toEqual(['dog']);
  });

  it.each([
    ['suppression.score', '0.3', 0.3],
    ['suppression.score', ' 1e-1 ', 0.1],
    ['suppression.maxDetections', '7', 7],
    ['suppression.classes', 'person, 3,traffic light', ['person', 3, 'traffic light']],
    ['suppression.classes', '', []],
    ['suppression.perClass', 'person=0.4,traffic light=.5', { person: 0.4, 'traffic light': 0.5 }],
    ['output.formats', 'jsonl,coco', ['jsonl', 'coco']],
    ['output.annotate', true, true],
    ['sampling.fps', 'null', null],
    ['sampling.fps', '12.5', 12.5],
    ['workers', 'auto', 'auto'],
    ['workers', '2', 2],
    ['inputSize', '640x384', '640x384'],
    ['model', '123', '123'],
  ])('are read from text as the type that they have: %s = %s', (name, text, value) => {
    const { settings } = load('', { args: [argument(name, text)] });
    expect(name.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], settings)).toEqual(
      value,
    );
  });

  it.each([
    ['90.5', 90.5],
    ['1:30', 90],
    ['00:01:30.25', 90.25],
  ])('read times: %s is %f s', (text, seconds) => {
    expect(load('', { args: [argument('sampling.start', text)] }).settings.sampling.start).toBe(seconds);
    expect(load(`sampling: {end: ${text}}`).settings.sampling.end).toBe(seconds);
  });

  it('read lists of lists with semicolons', () => {
    const args = [
      argument('suppression.groups', 'car,truck,bus;bicycle,motorbike'),
      argument('suppression.mode', 'groups'),
    ];
    expect(load('', { args }).settings.suppression.groups).toEqual([
      ['car', 'truck', 'bus'],
      ['bicycle', 'motorbike'],
    ]);
  });

  it('take an empty variable for an unset one, and leave the variables of others alone', () => {
    const env = {
      LOOKOUT_MODEL: '',
      LOOKOUT_CONFIG: '',
      LOOKOUT_SHARED: '/x',
      LOOKOUT_SERVICE_HOST: '10.0.0.1',
      LOOKOUT_PORT_8080_TCP: 'tcp://10.0.0.1',
    };
    expect(load('model: street', { env }).settings.model).toBe('street');
  });

  it('may have sections without keys', () => {
    expect(load('suppression:\n  # score: 0.3\nlog:\n').settings).toEqual(load('').settings);
  });

  it('read a number from a reference, quoted or not', () => {
    const env = { SCORE: '0.7', LABELS: 'person,car', FPS: '5' };
    const { settings } = load('suppression: {score: "${SCORE}"}\nsampling:\n  fps: ${FPS}\nmodel: ${NAME:-12}\n', {
      env,
    });
    expect([settings.suppression.score, settings.sampling.fps, settings.model]).toEqual([0.7, 5, '12']);
    expect(load('suppression:\n  classes: ${LABELS}\n', { env }).settings.suppression.classes).toEqual([
      'person',
      'car',
    ]);
  });
});

describe('a choice', () => {
  it.each([
    ['the default', 'suppression: {}', {}, false],
    ['a default that the file spells out', 'suppression: {score: 0.25}', {}, false],
    ['another value in the file', 'suppression: {score: 0.3}', {}, true],
    ['the default value in a variable', '', { env: { LOOKOUT_SUPPRESSION_SCORE: '0.25' } }, true],
    ['the default value as an argument', '', { args: [argument('suppression.score', '0.25')] }, true],
  ])('is told from a default: %s', (_, yaml, options, chosen) => {
    expect(load(yaml, options).isChosen('suppression.score')).toBe(chosen);
  });
});

describe('faults', () => {
  it('are all named at once, with place, path, what was expected, what was found and what may have been meant', () => {
    const yaml = `model: 5
device: cupda
suppression:
  scor: 0.3
  iou: 1.5
  perClass: { car: high }
  score: \${SCORE}
  classes: [person, 2.5]
  max_detections: 4
  iou: 2
conf: 0.2
output:
  annotate: yes
  formats: jsonl
threads: 0
`;
    const env = { LOOKOUT_SUPPRESION_IOU: '2', LOOKOUT_WORKERS: 'many' };
    const args = [argument('suppression.score', '2', '--conf'), argument('output.formats', 'jsonl,xml', '--format')];
    expect(faults(yaml, { env, args })).toEqual([
      'FILE:1:8: model: expected a text that is not empty or null, got 5',
      'FILE:2:9: device: expected one of auto, cpu, webgpu, cuda, tensorrt, dml, coreml, got "cupda"; did you mean cuda?',
      'FILE:4:3: suppression.scor: unknown key; did you mean score?',
      'FILE:5:8: suppression.iou: expected a number from 0 to 1, got 1.5',
      'FILE:6:20: suppression.perClass.car: expected a number from 0 to 1, got "high"',
      'FILE:7:10: suppression.score: the environment variable SCORE is not set: set it, or write ${SCORE:-default}',
      'FILE:8:21: suppression.classes[1]: expected a text that is not empty or a whole number of at least 0, got 2.5',
      'FILE:9:3: suppression.max_detections: unknown key; did you mean maxDetections?',
      'FILE:10:3: suppression.iou: expected each key once, got it a second time here',
      'FILE:11:1: conf: unknown key; did you mean suppression.score?',
      'FILE:13:13: output.annotate: expected true or false, got "yes"; did you mean true?',
      'FILE:14:12: output.formats: expected a list of at least 1, each one of jsonl, csv, coco, mot, yolo, got "jsonl"',
      'FILE:15:10: threads: expected auto or a whole number from 1 to 256, got 0',
      'LOOKOUT_SUPPRESION_IOU: unknown variable; did you mean LOOKOUT_SUPPRESSION_IOU?',
      'LOOKOUT_WORKERS: workers: expected auto or a whole number from 1 to 256, got "many"',
      '--conf: suppression.score: expected a number from 0 to 1, got 2',
      '--format: output.formats[1]: expected one of jsonl, csv, coco, mot, yolo, got "xml"',
    ]);
  });

  it.each([
    ['a section that is a value', 'suppression: 3', 'FILE:1:14: suppression: expected a section (key: value), got 3'],
    [
      'a value that is a section',
      'model: {a: 1}',
      'FILE:1:8: model: expected a text that is not empty or null, got a section (key: value)',
    ],
    [
      'a value that is a list',
      'device: [cpu]',
      'FILE:1:9: device: expected one of auto, cpu, webgpu, cuda, tensorrt, dml, coreml, got a list',
    ],
    ['nothing like it', 'zzzzzzzz: 1', 'FILE:1:1: zzzzzzzz: unknown key'],
    [
      'not a number',
      'suppression: {score: .nan}',
      'FILE:1:22: suppression.score: expected a number from 0 to 1, got NaN',
    ],
    [
      'no number at all',
      'sampling: {fps: .inf}',
      'FILE:1:17: sampling.fps: expected a number above 0 and of at most 1000 or null, got Infinity',
    ],
    [
      'a fraction of a detection',
      'suppression: {maxDetections: 1.5}',
      'FILE:1:30: suppression.maxDetections: expected a whole number from 1 to 100000, got 1.5',
    ],
    [
      'an odd input size',
      'inputSize: 640*480',
      'FILE:1:12: inputSize: expected auto or a whole number from 32 to 8192 or WIDTHxHEIGHT, got "640*480"',
    ],
    [
      'a long text',
      `device: ${'x'.repeat(300)}`,
      `FILE:1:9: device: expected one of auto, cpu, webgpu, cuda, tensorrt, dml, coreml, got "${'x'.repeat(56)}...`,
    ],
  ])('are said in plain words: %s', (_, yaml, line) => {
    expect(faults(yaml)).toEqual([line]);
  });

  it('between settings are named where the later one was given', () => {
    expect(faults('suppression: {mode: groups}')).toEqual([
      'FILE:1:21: suppression.mode: mode groups needs suppression.groups, for example [[car, truck, bus]]',
    ]);
    expect(faults('suppression: {mode: groups, groups: [[a, b], [c, a]]}')).toEqual([
      'FILE:1:50: suppression.groups[1][1]: expected each label in one group, got a again',
    ]);
    expect(faults('sampling: {fps: 5}', { args: [argument('sampling.every', '2', '--every')] })).toEqual([
      '--every: sampling.every: sampling.fps and sampling.every exclude each other, got 5 and 2',
    ]);
    expect(faults('sampling: {start: 3}', { env: { LOOKOUT_SAMPLING_END: '3' } })).toEqual([
      'LOOKOUT_SAMPLING_END: sampling.end: expected a time after sampling.start (3), got 3',
    ]);
  });

  it('never show what a reference stands for, nor the password of a URL', () => {
    const env = { CAMERA_PASSWORD: 'geheim' };
    const lines = faults('device: ${CAMERA_PASSWORD}\nsuppression:\n  mode: rtsp://u:geheim@cam\n', { env });
    expect(lines).toEqual([
      'FILE:1:9: device: expected one of auto, cpu, webgpu, cuda, tensorrt, dml, coreml, got "${CAMERA_PASSWORD}"',
      'FILE:3:9: suppression.mode: expected one of per-class, agnostic, groups, got "rtsp://***@cam"',
    ]);
  });
});

describe('a pipeline file', () => {
  it('gives settings only where its kind takes them over: keys of the same name may mean other things', () => {
    const train = z.strictObject({ kind: z.literal('train'), device: z.int(), log: settingsShape.log });
    const file = fileOf('kind: train\ndevice: 3\nlog: {level: warn}\n');
    const { data, layer } = loadPipeline(file, { train }, {});
    expect(data.device).toBe(3);
    expect(layer.tree).toEqual({ log: { level: 'warn' } });
    expect(loadSettings({ file: fileOf(''), env: {}, pipeline: layer }).settings.device).toBe('auto');
  });

  const kinds = { detect: detectPipeline };
  const problems = (yaml: string) => {
    const file = fileOf(yaml);
    return faultsOf(() => loadPipeline(file, kinds, {}), file);
  };

  it('has a name, sources and only the settings that it gives', () => {
    const file = fileOf('kind: detect\nsources: [a.mp4, "${CLIPS:-clips}/*.mp4"]\noutput: {dir: x}\n', 'night.yaml');
    const { name, data, layer } = loadPipeline(file, kinds, {});
    expect(name).toBe('night');
    expect(data.sources).toEqual(['a.mp4', 'clips/*.mp4']);
    expect(layer.tree).toEqual({ output: { dir: 'x' } });
  });

  it.each([
    ['no kind', 'sources: [a]', 'FILE:1:1: kind: expected one of detect, got nothing'],
    ['an unknown kind', 'kind: detekt', 'FILE:1:7: kind: expected one of detect, got "detekt"; did you mean detect?'],
    ['a kind of every object', 'kind: constructor', 'FILE:1:7: kind: expected one of detect, got "constructor"'],
    ['nothing', '', 'FILE: kind: expected one of detect, got nothing'],
    [
      'no sources',
      'kind: detect',
      'FILE:1:1: sources: expected a list of at least 1, each a text that is not empty, got nothing',
    ],
    [
      'a misspelt key',
      'kind: detect\nsource: [a]\nsources: [b]',
      'FILE:2:1: source: unknown key; did you mean sources?',
    ],
    [
      'a wrong setting',
      'kind: detect\nsources: [b]\nsuppression: {iou: 3}',
      'FILE:3:20: suppression.iou: expected a number from 0 to 1, got 3',
    ],
    [
      'no YAML',
      'kind: [',
      'FILE:1:8: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('is checked the same way: %s', (_, yaml, line) => {
    expect(problems(yaml)).toEqual([line]);
  });
});
