import { afterAll, describe, expect, it } from 'vitest';
import type { InputSpec } from '#core/card.js';
import { noise, outputsOf } from '#runtime/examine.js';
import { cardOf } from '#runtime/load-model.js';
import { prepare } from '#runtime/prepare.js';
import { Probe } from '#runtime/probe.js';
import { verifyCard } from '#runtime/verify-card.js';
import { type TinyInput, type TinyModel, yolov8 } from './tiny-models.js';

/* Inputs of int8: what the graph says of its numbers is fed, as QuantizeLinear makes them; pixel - 128 where it says nothing. */

const probe = new Probe();
afterAll(() => probe.close());

const DIMS = [1, 3, 96, 96];
const SIZE = { width: 96, height: 96 };
const model = (input: TinyInput) => yolov8(3, { input: { dims: DIMS, ...input } });

/** The outputs for bytes, from the prepared graph. */
async function run(tiny: TinyModel, input: InputSpec): Promise<Float32Array> {
  const { model: graph } = tiny.file();
  const prepared = prepare(graph, input, [graph.graph.outputs[0]!.name]);
  const { outputs } = await probe.ask({
    ask: 'run',
    model: prepared.bytes,
    session: { provider: 'cpu', threads: 1 },
    feeds: [{ name: prepared.input, type: 'uint8', dims: DIMS, parts: [noise(SIZE)] }],
    timedRuns: 0,
    verify: false,
  });
  return [...outputsOf(prepared, outputs).values()][0]!.data;
}

const distance = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

const three = (value: number) => [value, value, value];

describe('an int8 input', () => {
  it.each<{ what: string; own: TinyInput; mean: number; std: number; twin: TinyInput; twinStd: number; slack: number }>(
    [
      {
        what: '0..1 in all steps',
        own: { quantised: [1 / 255, -128] },
        mean: 128,
        std: 1,
        twin: {},
        twinStd: 255,
        slack: 1e-3,
      },
      {
        what: '0..1 in half of them, from 0',
        own: { quantised: [1 / 127, 0] },
        mean: 0,
        std: 2.00787,
        twin: {},
        twinStd: 255,
        slack: 0.15,
      },
      {
        what: 'pixels, which the graph divides by 255',
        own: { quantised: [1, -128], factor: 1 / 255 },
        mean: 128,
        std: 1,
        twin: { factor: 1 / 255 },
        twinStd: 1,
        slack: 1e-3,
      },
    ],
  )('$what, as DequantizeLinear says', async ({ own, mean, std, twin, twinStd, slack }) => {
    const tiny = model({ type: 'int8', ...own });
    const card = await cardOf(tiny.file(), probe, { preset: 'yolov8' });
    expect(card.input).toMatchObject({ type: 'int8', mean: three(mean), std: three(std) });
    verifyCard(card, tiny.file());
    const plain = await cardOf(model(twin).file(), probe, { preset: 'yolov8' });
    expect(plain.input).toMatchObject({ type: 'float32', std: three(twinStd) });
    const [found, wanted] = [await run(tiny, card.input), await run(model(twin), plain.input)];
    expect(distance(found, wanted)).toBeLessThan(slack);
    // Unshifted bytes would give something else.
    const unshifted = await run(tiny, { ...card.input, mean: [0, 0, 0], std: [1, 1, 1] });
    expect(distance(unshifted, wanted)).toBeGreaterThan(5 * slack);
  });

  it('is pixel - 128 where the graph says nothing of it', async () => {
    const tiny = model({ type: 'int8' });
    const { input } = await cardOf(tiny.file(), probe, { preset: 'yolov8' });
    expect(input).toMatchObject({ mean: three(128), std: three(1) });
    const wanted = await run(model({}), { ...input, type: 'float32' });
    expect(distance(await run(tiny, input), wanted)).toBeLessThan(1e-3);
  });
});
