import { afterAll, describe, expect, it } from 'vitest';
import type { Box } from '#core/box.js';
import { formatCard, parseCard } from '#runtime/card-file.js';
import { cardOf } from '#runtime/load-model.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard, verifyOutputs } from '#runtime/verify-card.js';
import { iou as overlap } from '#vision/iou.js';
import { decoded, expectSame, type Found, noted, outputsOf } from './read-exports.js';
import { finalRows } from './tiny-models.js';
import { rtDetr, type SuppressedOptions, suppressed, unsuppressed } from './tiny-suppressed.js';

/* Rows of six numbers: what Ultralytics' nms=True leaves, and RT-DETR of two classes, which only looks like it. */

const probe = new Probe();
afterAll(() => probe.close());

const SIZE = { width: 160, height: 96 };
const names = (count: number) => `{${Array.from({ length: count }, (_, id) => `${id}: 'c${id}'`).join(', ')}}`;
const notes = (classes: number) => ({
  description: 'Ultralytics YOLO11n model trained on coco8.yaml',
  task: 'detect',
  stride: '32',
  names: names(classes),
  args: `{'batch': 1, 'nms': True}`,
  end2end: 'False',
});

/** Best first, the first of each class that no better one of its class covers. */
async function reference(classes: number, options: SuppressedOptions): Promise<Found[]> {
  const { conf = 0.25, iou = 0.7, maxDet = 300 } = options;
  const { data } = [...(await outputsOf(unsuppressed(classes, options), probe)).values()][0]!;
  const count = data.length / (4 + classes);
  const all = Array.from({ length: count }, (_, at): Found => {
    const [x1, y1, x2, y2, ...scores] = Array.from({ length: 4 + classes }, (_, row) => data[row * count + at]!);
    const score = Math.max(...scores);
    return { box: [x1!, y1!, x2!, y2!], score, classId: scores.indexOf(score) };
  });
  const kept: Found[] = [];
  for (const one of all.filter(({ score }) => score > conf).sort((a, b) => b.score - a.score)) {
    const covers = (better: Found) =>
      better.classId === one.classId && overlap(better.box as unknown as Box, one.box as unknown as Box) > iou;
    if (!kept.some(covers)) kept.push(one);
  }
  return kept.slice(0, maxDet);
}

describe('Ultralytics with nms=True', () => {
  it.each([
    { what: 'few of 300 rows', classes: 5, options: { conf: 0.7 } },
    { what: 'two classes, as many as columns of RT-DETR', classes: 2, options: { conf: 0.6 } },
    { what: 'more than there are rows', classes: 5, options: { conf: 0.1, maxDet: 20 } },
    { what: '[N, 6]', classes: 5, options: { conf: 0.7, bare: true } },
  ])('$what', async ({ classes, options }) => {
    const whole = { ...SIZE, ...options };
    const model = () => noted(suppressed(classes, whole), notes(classes));
    const card = await cardOf(model().file(), probe, {});
    expect(card).toMatchObject({ decoder: { kind: 'end-to-end', output: 'output0' }, input: { fit: 'letterbox' } });
    expect(card.labels).toHaveLength(classes);
    const outputs = await outputsOf(model(), probe);
    const again = parseCard(formatCard(card), 'card.json');
    verifyCard(again, model().file());
    verifyOutputs(again, outputs);
    const expected = await reference(classes, whole);
    expectSame(decoded(card, outputs, 0.05), expected);
    const { dims, data } = outputs.get('output0')!;
    const rows = 'maxDet' in options ? 20 : 300;
    expect(dims).toEqual('bare' in options ? [expected.length, 6] : [1, rows, 6]);
    if (!('maxDet' in options)) expect(expected.length).toBeLessThan(rows);
    expect(data.subarray(6 * expected.length).every((value) => value === 0)).toBe(true);
  });

  it.each([false, true])('nothing found, bare: %s', async (bare) => {
    const model = () => noted(suppressed(3, { ...SIZE, conf: 1, bare }), notes(3));
    const card = await cardOf(model().file(), probe, {});
    expect(card.decoder.kind).toBe('end-to-end');
    const outputs = await outputsOf(model(), probe);
    expect(outputs.get('output0')!.dims).toEqual(bare ? [0, 6] : [1, 300, 6]);
    expect(decoded(card, outputs, 0)).toEqual([]);
  });

  it('tells rows of two classes from RT-DETR without any metadata', async () => {
    const model = suppressed(2, { ...SIZE, conf: 0.6 });
    const card = await cardOf(model.file(), probe, { labels: ['a', 'b'] });
    expect(card.decoder.kind).toBe('end-to-end');
  });
});

describe('RT-DETR', () => {
  const described = {
    description: 'Ultralytics rtdetr-l model trained on coco.yaml',
    task: 'detect',
    end2end: 'False',
  };

  it.each<{ what: string; classes: number; entries: Record<string, string> }>([
    { what: 'two classes, described', classes: 2, entries: { ...described, names: names(2) } },
    { what: '80 classes, described', classes: 80, entries: { ...described, names: names(80) } },
    { what: 'two classes, its head noted', classes: 2, entries: { task: 'detect', head: 'RTDETRDecoder' } },
  ])('is refused by its metadata: $what', async ({ classes, entries }) => {
    const card = cardOf(noted(rtDetr(classes), entries).file(), probe, {});
    await expect(card).rejects.toThrow(/is an RT-DETR \(its metadata says so\): expected a YOLO .*a score per class/);
  });

  it.each([{}, { preset: 'yolov10' }, { labels: ['a', 'b'] }])('is refused by its numbers, %j', async (options) => {
    const card = cardOf(rtDetr(2).file(), probe, options);
    await expect(card).rejects.toThrow(/is an RT-DETR \(in a test inference all of its rows of 6 lie in 0\.\.1/);
  });

  it('is not seen in final rows that say nothing of themselves', async () => {
    expect((await cardOf(finalRows().file(), probe, {})).decoder.kind).toBe('end-to-end');
  });
});
