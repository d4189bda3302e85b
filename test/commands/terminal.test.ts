import { describe, expect, it } from 'vitest';
import { barOf, clock, etaOf, Forecast, lineOf, RateMeter } from '#commands/progress.js';
import { Terminal } from '#commands/terminal.js';

/** An output that remembers, and a clock that the test moves. */
function stage(options: { isTTY?: boolean; quiet?: boolean; json?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  const time = { now: 0 };
  const { isTTY = false, columns = 100 } = options;
  const output = { write: (text: string) => written.push(text), isTTY, columns };
  const terminal = new Terminal({ quiet: options.quiet, json: options.json, output, now: () => time.now });
  return { terminal, written, time, text: () => written.join('') };
}

describe('the rate', () => {
  it('is frames over the time that passed', () => {
    const meter = new RateMeter();
    expect(meter.note(0, 10), 'no time has passed').toBe(0);
    expect(meter.note(30, 11)).toBe(30);
    expect(meter.note(60, 12)).toBe(30);
  });

  it('forgets what is long past, and the frames of an earlier run', () => {
    const meter = new RateMeter();
    meter.note(1000, 0);
    for (let t = 1; t <= 10; t++) meter.note(1000 + t, t);
    let fps = 0;
    for (let t = 11; t <= 30; t++) fps = meter.note(1010 + (t - 10) * 50, t);
    expect(fps).toBe(50);
  });

  it('is right at a thousand frames a second too', () => {
    const meter = new RateMeter();
    let fps = 0;
    for (let i = 0; i <= 100_000; i++) fps = meter.note(i, i / 1000);
    expect(fps).toBeCloseTo(1000, 6);
  });

  it.each([
    ['without a total', etaOf(10, undefined, 5), undefined],
    ['without a rate', etaOf(0, 100, 0), undefined],
    ['half way', etaOf(50, 100, 10), 5],
    ['past the expected end', etaOf(120, 100, 10), 0],
  ])('gives the time that is left: %s', (_, eta, expected) => expect(eta).toBe(expected));
});

describe('the forecast', () => {
  it('says nothing of the end before some seconds of work have passed, however long the first frame took', () => {
    const forecast = new Forecast(0);
    expect(forecast.note(0, 0, 500)).toBeUndefined();
    expect(forecast.note(1, 20, 500), 'the first frame: 20 s for one are no pace').toBeUndefined();
    expect(forecast.note(9, 24, 500)).toBeUndefined();
    expect(forecast.note(11, 25, 500), 'two a second').toBeCloseTo(489 / 2, 6);
  });

  it('does not count what an earlier run has done', () => {
    const forecast = new Forecast(400);
    forecast.note(400, 0, 500);
    forecast.note(401, 1, 500);
    expect(forecast.note(411, 6, 500)).toBeCloseTo(89 / 2, 6);
  });

  it('swings little with single slow frames, and follows a lasting change', () => {
    const forecast = new Forecast(0);
    let [frames, now] = [0, 0];
    const work = (count: number, seconds: number) => {
      let left: number | undefined;
      for (let i = 0; i < count; i += 1) {
        frames += 1;
        now += seconds;
        left = forecast.note(frames, now, 1000);
      }
      return left! / (1000 - frames);
    };
    expect(work(40, 0.5)).toBeCloseTo(0.5, 2);
    expect(work(1, 4)).toBeLessThan(0.65);
    expect(work(60, 1)).toBeCloseTo(1, 1);
  });
});

describe('the words', () => {
  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [3600, '1:00:00'],
    [7389, '2:03:09'],
  ])('%d s are %s', (seconds, text) => expect(clock(seconds)).toBe(text));

  it('say what is known and no more', () => {
    expect(lineOf({ label: 'a.mp4', frames: 3, fps: 0 })).toBe('a.mp4: 3 frames, 0.0 fps');
    expect(lineOf({ label: 'a.mp4', frames: 50, total: 100, fps: 10, eta: 5, device: 'cpu' })).toBe(
      'a.mp4: 50 of 100 frames (50 %), 10.0 fps, 0:05 left, cpu',
    );
    expect(lineOf({ label: 'a.mp4', frames: 0, total: 0, fps: 0 })).toContain('0 of 0 frames (100 %)');
  });

  it.each([20, 40, 60, 80, 200])('fit a terminal of %d columns', (columns) => {
    const label = 'a-very-long-name-of-a-video-file-from-a-camera.mp4';
    for (const total of [undefined, 0, 10, 1000]) {
      expect(barOf({ label, frames: 20, total, fps: 12.3, eta: 4, device: 'cpu' }, columns).length).toBeLessThan(
        columns,
      );
    }
  });

  it('draw a bar as long as the share that is done', () => {
    const bar = (frames: number) => barOf({ label: 'a', frames, total: 10, fps: 1 }, 80);
    expect((bar(0).match(/█/g) ?? []).length).toBe(0);
    expect((bar(5).match(/█/g) ?? []).length).toBe((bar(5).match(/░/g) ?? []).length);
    expect((bar(10).match(/░/g) ?? []).length).toBe(0);
  });
});

describe('without a terminal', () => {
  it('prints a plain line every five seconds, with the time that is left once that can be known', () => {
    const { terminal, written, time } = stage();
    const progress = terminal.progress({ label: 'a.mp4', total: 150, device: 'cpu' });
    for (let frames = 1; frames <= 150; frames++) {
      time.now = frames / 10;
      progress.update(frames);
    }
    progress.end();
    expect(written).toEqual([
      'a.mp4: 50 of 150 frames (33 %), 10.0 fps, cpu\n',
      'a.mp4: 100 of 150 frames (66 %), 10.0 fps, 0:05 left, cpu\n',
      'a.mp4: 150 of 150 frames (100 %), 10.0 fps, 0:00 left, cpu\n',
    ]);
  });

  it('learns the total late', () => {
    const { terminal, text, time } = stage();
    const progress = terminal.progress({ label: 'a.mp4' });
    progress.expect(20);
    for (time.now = 0; time.now <= 6; time.now += 0.5) progress.update(2 * time.now);
    expect(text()).toBe('a.mp4: 10 of 20 frames (50 %), 2.0 fps\n');
    time.now = 10;
    progress.update(15);
    expect(text()).toMatch(/15 of 20 frames \(75 %\), 1\.\d fps, 0:03 left\n$/);
  });
});

describe('on a terminal', () => {
  it('draws a bar, lets lines through above it and removes it', () => {
    const { terminal, written } = stage({ isTTY: true });
    const progress = terminal.progress({ label: 'a.mp4', total: 10, frames: 5 });
    expect(written.join('')).toContain('a.mp4  ███████████████░░░░░░░░░░░░░░░  50 % 5/10');
    written.length = 0;
    terminal.print('done: b.mp4');
    expect(written[0]).toBe('\r\u001b[Kdone: b.mp4\n');
    expect(written.join('').split('done: b.mp4\n')[1]).toContain('50 % 5/10');
    progress.end();
    progress.end();
    written.length = 0;
    terminal.print('all done');
    expect(written).toEqual(['all done\n']);
  });

  it('that does not know its width draws for 80 columns', () => {
    const { terminal, written } = stage({ isTTY: true, columns: 0 });
    terminal.progress({ label: 'a.mp4', total: 10, frames: 5, device: 'cpu' }).end();
    expect(written.join('')).toMatch(/a.mp4 {2}█+░+ {2}50 % 5\/10 {2}0.0 fps {2}cpu/);
  });
});

describe('--quiet and --json', () => {
  it('quiet shows nothing', () => {
    const { terminal, written, time } = stage({ quiet: true, isTTY: true });
    const progress = terminal.progress({ label: 'a.mp4' });
    time.now = 60;
    progress.update(9);
    terminal.print('done');
    terminal.event('done', {});
    progress.end();
    expect(written).toEqual([]);
  });

  it('json writes one object per line and no text, on a terminal too', () => {
    const { terminal, text, time } = stage({ json: true, isTTY: true });
    const progress = terminal.progress({ label: 'a.mp4', total: 90, device: 'cpu' });
    terminal.print('not shown');
    for (let second = 0.5; second <= 6; second += 0.5) {
      time.now = second;
      progress.update(second * 10);
    }
    terminal.event('source', { source: 'a.mp4', frames: 20 });
    const events = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toEqual([
      ...[10, 20, 30, 40, 50].map((frames) => ({
        ...{ event: 'progress', source: 'a.mp4', frames, total: 90, fps: 10, device: 'cpu' },
      })),
      { event: 'progress', source: 'a.mp4', frames: 60, total: 90, fps: 10, eta_seconds: 3, device: 'cpu' },
      { event: 'source', source: 'a.mp4', frames: 20 },
    ]);
  });
});

describe('a terminal that is closed', () => {
  it('shows its cursor again and draws no bar below what is printed next', () => {
    const { terminal, written, text } = stage({ isTTY: true });
    terminal.progress({ label: 'a.mp4', total: 10 });
    terminal.close();
    terminal.close();
    written.length = 0;
    terminal.print('interrupted');
    expect(text()).toBe('interrupted\n');
  });
});
