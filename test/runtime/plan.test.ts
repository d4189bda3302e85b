import { describe, expect, it } from 'vitest';
import { misplacement, placementsIn } from '#runtime/placement.js';
import { affordable, bestShare, sharesFor } from '#runtime/plan.js';
import { userCacheDir } from '#runtime/plan-cache.js';

const share = (workers: number, threads: number) => ({ workers, threads });

describe('sharing out the cores', () => {
  it.each([
    ['one core leaves no choice', { goal: 'throughput', cores: 1 }, [share(1, 1)]],
    ['two cores', { goal: 'throughput', cores: 2 }, [share(2, 1), share(1, 2)]],
    ['eight cores', { goal: 'throughput', cores: 8 }, [share(8, 1), share(1, 8), share(4, 2), share(2, 4)]],
    ['one picture at a time: one worker', { goal: 'latency', cores: 4 }, [share(1, 1), share(1, 4), share(1, 2)]],
    ['pictures that come together: no measuring', { goal: 'concurrency', cores: 2 }, [share(2, 1), share(1, 2)]],
    ['one core, one picture', { goal: 'latency', cores: 1 }, [share(1, 1)]],
    ['workers given: the rest are threads', { goal: 'throughput', cores: 8, workers: 3 }, [share(3, 2)]],
    ['more workers than cores', { goal: 'throughput', cores: 2, workers: 5 }, [share(5, 1)]],
    ['threads given', { goal: 'throughput', cores: 8, threads: 4 }, [share(2, 4)]],
    ['threads given, one picture', { goal: 'latency', cores: 8, threads: 4 }, [share(1, 4)]],
    ['both given', { goal: 'throughput', cores: 2, workers: 7, threads: 3 }, [share(7, 3)]],
  ] as const)('%s', (_, wishes, shares) => expect(sharesFor(wishes)).toEqual(shares));

  it('never fills the memory with copies of a large model', () => {
    const shares = [share(8, 1), share(1, 8), share(4, 2)];
    expect(affordable(shares, 10, 1000)).toEqual(shares);
    expect(affordable(shares, 50, 1000)).toEqual([share(1, 8)]);
    expect(affordable(shares, 10_000, 1000)).toEqual([share(1, 8)]);
  });

  const figures = (workers: number, threads: number, runsPerSecond: number, cpuMs: number) => ({
    workers,
    threads,
    runsPerSecond,
    cpuMs,
  });
  it.each([
    ['the first, which is the usual one', [figures(2, 1, 200, 9), figures(1, 2, 130, 8)], share(2, 1)],
    ['another that is clearly faster', [figures(2, 1, 100, 9), figures(1, 2, 116, 8)], share(1, 2)],
    ['not one that is hardly faster', [figures(2, 1, 100, 9), figures(1, 2, 114, 8)], share(2, 1)],
    ['the fastest of several', [figures(8, 1, 100, 9), figures(4, 2, 130, 8), figures(2, 4, 150, 8)], share(2, 4)],
    ['the first of a tie', [figures(2, 1, 200, 9), figures(1, 2, 200, 9)], share(2, 1)],
    ['the only one', [figures(4, 1, 1, 1)], share(4, 1)],
  ])('chooses %s', (_, measured, best) => expect(bestShare(measured)).toEqual(best));
});

describe('what really ran', () => {
  const event = (provider: string, op_name: string) => ({ cat: 'Node', args: { provider, op_name } });
  const profile = (...events: object[]) => JSON.stringify([{ name: 'session', args: {} }, ...events]);

  it('is counted from the profile', () => {
    const text = profile(
      event('WebGpuExecutionProvider', 'Conv'),
      event('WebGpuExecutionProvider', 'Relu'),
      event('CPUExecutionProvider', 'Gather'),
      event('FutureExecutionProvider', 'MatMul'),
    );
    expect(placementsIn(text)).toEqual([
      { provider: 'webgpu', nodes: 2, heavyNodes: 1 },
      { provider: 'cpu', nodes: 1, heavyNodes: 0 },
      { provider: 'FutureExecutionProvider', nodes: 1, heavyNodes: 1 },
    ]);
  });

  it.each<readonly [string, object[], RegExp | undefined]>([
    ['all of it', [event('CUDAExecutionProvider', 'Conv')], undefined],
    ['all that is heavy', [event('CUDAExecutionProvider', 'Conv'), event('CPUExecutionProvider', 'Shape')], undefined],
    [
      'none of it: the runtime fell back silently',
      [event('CPUExecutionProvider', 'Conv')],
      /no node of the graph ran on it/,
    ],
    [
      'half of it',
      [event('CUDAExecutionProvider', 'Conv'), event('CPUExecutionProvider', 'Conv')],
      /1 of the 2 convolutions/,
    ],
    ['an empty profile', [], /no node/],
  ])('%s', (_, events, reason) => {
    const found = misplacement('cuda', placementsIn(profile(...events)));
    if (reason) expect(found).toMatch(reason);
    else expect(found).toBeUndefined();
  });
});

describe('the cache folder', () => {
  it.each([
    ['linux', { XDG_CACHE_HOME: '/c' }, '/c/lookout'],
    ['linux', {}, /\/\.cache\/lookout$/],
    ['darwin', {}, /Library\/Caches\/lookout$/],
    ['win32', { LOCALAPPDATA: '/local' }, /local.lookout.cache$/],
  ] as const)('on %s with %o', (platform, env, path) => {
    if (path instanceof RegExp) expect(userCacheDir(env, platform)).toMatch(path);
    else expect(userCacheDir(env, platform)).toBe(path);
  });
});
