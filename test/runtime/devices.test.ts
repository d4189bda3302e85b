import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseProvider, hasGpuDevice, requireProvider, type Trial } from '#runtime/devices.js';
import { openEngine } from '#runtime/engine.js';
import { testFeed } from '#runtime/examine.js';
import { cardOf } from '#runtime/load-model.js';
import { type ModelFile, readModelFile } from '#runtime/model-file.js';
import { outputsRead } from '#runtime/outputs-read.js';
import { misplacement } from '#runtime/placement.js';
import { prepare } from '#runtime/prepare.js';
import { Probe } from '#runtime/probe.js';
import type { TestRun } from '#runtime/probe-protocol.js';
import { knownProviders } from '#runtime/session.js';
import { shared, sharedPath } from '../support/shared.js';
import { columns } from './tiny-models.js';

/*
 * WebGPU on a software Vulkan driver (SwiftShader, which comes with Debian's chromium-common): slow, and right.
 */

const DRIVERS = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib/chromium-browser/vk_swiftshader_icd.json'];
const driver = DRIVERS.find((path) => existsSync(path));
const usable = driver !== undefined && knownProviders().includes('webgpu');

const saved = { ...process.env };
let probe: Probe;
beforeAll(() => {
  if (driver) Object.assign(process.env, { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver });
  probe = new Probe();
});
afterAll(async () => {
  await probe.close();
  process.env = saved;
});

async function trialOf(file: ModelFile): Promise<Trial> {
  const card = await cardOf(file, probe, {});
  const prepared = prepare(file.model, card.input, outputsRead(card.decoder));
  const request: TestRun = {
    ask: 'run',
    model: prepared.bytes,
    session: { provider: 'cpu', threads: 1 },
    feeds: [testFeed(prepared, card.input.size, 1)],
    timedRuns: 1,
    verify: true,
  };
  return { probe, request, onCpu: await probe.ask(request) };
}

describe('the CPU', () => {
  it('is verified like any other provider', async () => {
    const { onCpu } = await trialOf(columns(84).file());
    expect(misplacement('cpu', onCpu.placements)).toBeUndefined();
    expect(misplacement('webgpu', onCpu.placements)).toMatch(/no node/);
  });
});

describe.skipIf(!usable)('WebGPU on a software driver', () => {
  it('runs when it is asked for, with the results of the CPU', async () => {
    await expect(requireProvider('webgpu', await trialOf(columns(84).file()))).resolves.toBeUndefined();
  });

  it('runs in an engine too, and the report says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lookout-webgpu-'));
    const model = join(folder, 'tiny.onnx');
    writeFileSync(model, columns(84).bytes);
    const results = [];
    for (const device of ['webgpu', 'cpu']) {
      const engine = await openEngine({ model, device, workers: 1, threads: 1, cacheDir: false });
      expect(engine.device).toEqual({ asked: device, ran: device, fellBack: [] });
      const { outputs } = await engine.infer([new Uint8Array(3 * 96 * 96).fill(77)]);
      results.push([...outputs[0]!.values()][0]!.data);
      await engine.close();
    }
    rmSync(folder, { recursive: true });
    const [found, wanted] = results as [Float32Array, Float32Array];
    expect(found.reduce((most, value, at) => Math.max(most, Math.abs(value - wanted[at]!)), 0)).toBeLessThan(1e-4);
    expect(wanted.some((value) => Math.abs(value) > 0.01)).toBe(true);
  });

  it('is caught when its results are others', async () => {
    const trial = await trialOf(columns(84).file());
    const outputs = trial.onCpu.outputs.map(([name, tensor]) => {
      const data = Float32Array.from(tensor.data as Float32Array);
      data[100]! += 1;
      return [name, { ...tensor, data }] as const;
    });
    const wrong = { ...trial, onCpu: { ...trial.onCpu, outputs } };
    await expect(requireProvider('webgpu', wrong)).rejects.toThrow(/output v\d+ differs from the CPU's by 1/);
  });

  it('is not taken by auto: the CPU is faster', async () => {
    const trial = await trialOf(columns(84).file());
    const cpuMs = trial.onCpu.runMs / 2;
    const { provider, fellBack } = await chooseProvider({ ...trial, hasGpu: true }, cpuMs);
    expect(provider).toBe('cpu');
    expect(fellBack.join('\n')).toMatch(/webgpu: it takes [\d.]+ ms for a picture, the CPU [\d.]+ ms/);
  });

  it.skipIf(!shared)(
    'finds in a real network what the CPU finds',
    async () => {
      const trial = await trialOf(await readModelFile(sharedPath('models', 'yolox-nano.onnx')));
      const session = { provider: 'webgpu', threads: 1 };
      const run = await probe.ask({ ...trial.request, session, timedRuns: 0 }, 170_000);
      expect(misplacement('webgpu', run.placements)).toBeUndefined();
      const [[name, found], [, wanted]] = [run.outputs[0]!, trial.onCpu.outputs[0]!];
      const [values, expected] = [found.data as Float32Array, wanted.data as Float32Array];
      expect(name).toBe('output');
      expect(values).toHaveLength(3549 * 85);
      // Boxes are in cells and log sizes, scores in 0..1.
      expect(values.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0)).toBeLessThan(2e-3);
    },
    180_000,
  );
});

describe('a provider that cannot run', () => {
  it.skipIf(!knownProviders().includes('cuda') || hasGpuDevice())(
    'is an error when it was asked for, with what to do',
    async () => {
      const wanted = requireProvider('cuda', await trialOf(columns(84).file()));
      await expect(wanted).rejects.toThrow(/device cuda cannot run the model: .*ONNXRUNTIME_NODE_INSTALL=cuda12/);
    },
  );

  it('is passed over by auto, saying why', async () => {
    const trial = await trialOf(columns(84).file());
    const { provider, fellBack } = await chooseProvider({ ...trial, hasGpu: false }, 1);
    expect(provider).toBe('cpu');
    for (const reason of fellBack) expect(reason).toMatch(/^\w+: this machine shows no graphics processor$/);
    expect(fellBack.length).toBeGreaterThan(0);
  });

  it('is no provider at all', async () => {
    const trial = await trialOf(columns(84).file());
    await expect(requireProvider('abacus', trial)).rejects.toThrow(/expected auto or one of/);
  });
});

describe('a graphics processor', () => {
  const listing = (nodes: Record<string, string[]>) => (path: string) => nodes[path] ?? [];
  it.each([
    ['a render node', { '/dev/dri': ['card0', 'renderD128'] }, true],
    ['NVIDIA without a render node', { '/dev': ['null', 'nvidia0', 'nvidiactl'] }, true],
    ['Windows below', { '/dev': ['dxg'] }, true],
    ['a screen without a processor', { '/dev/dri': ['card0'], '/dev': ['fb0', 'nvidiactl'] }, false],
    ['nothing', {}, false],
  ])('%s', (_, nodes, found) => expect(hasGpuDevice('linux', listing(nodes as Record<string, string[]>))).toBe(found));

  it('is taken for granted where the system has other names for it', () => {
    expect(hasGpuDevice('darwin', () => [])).toBe(true);
  });
});
