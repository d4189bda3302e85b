import { statfs } from 'node:fs/promises';
import type { Engine } from '#core/engine.js';
import { ffmpegVersion } from '#media/ffmpeg-version.js';
import { hardwareDecoder } from '#media/hwaccel.js';
import { probe } from '#media/probe.js';
import { ratioOf } from '#media/rational.js';
import { openEngine } from '#runtime/engine.js';
import { engineOptions } from '../engine-settings.js';
import { portTrouble } from '../free-port.js';
import type { Session } from '../settings.js';
import { namedSources } from '../watch-plans.js';
import { carried } from './capacity.js';
import { type Finding, found } from './finding.js';

const GIBIBYTE = 2 ** 30;
const LEAST_FREE_BYTES = GIBIBYTE;
const CAMERA_TIMEOUT_MS = 8000;

/** Looks at everything, the cheap things first. */
export async function* examined(session: Session, sources: readonly string[]): AsyncGenerator<Finding> {
  yield settings(session);
  yield await found('ffmpeg', 'install it (Debian, Ubuntu: sudo apt-get install ffmpeg) or set FFMPEG_PATH', ffmpeg);
  yield await found('disk', 'make room, or write elsewhere (output.dir)', () => disk('.'));
  yield clock();
  yield await port(session);
  const { cameras } = session.settings;
  const configured = Object.entries(cameras).flatMap(([name, each]): (readonly [string, string])[] => {
    if (typeof each === 'string') return [[name, each]];
    const { source, analysisSource } = each;
    return [[name, source], ...(analysisSource === null ? [] : [[`${name} (analysis)`, analysisSource] as const])];
  });
  for (const [name, source] of [...configured, ...Object.entries(namedSources(sources))])
    yield await camera(name, source, session);
  const { hwaccel } = session.settings.live;
  if (hwaccel !== null) yield await hardware(hwaccel);
  yield* model(session);
}

function settings({ file }: Session): Finding {
  return { name: 'settings', verdict: 'good', words: file === undefined ? 'the defaults; no settings file' : file };
}

async function ffmpeg(): Promise<Omit<Finding, 'name'>> {
  const { text, major } = await ffmpegVersion();
  if (major >= 4) return { verdict: 'good', words: text };
  return { verdict: 'bad', words: `${text} is too old`, fix: 'install ffmpeg 4.4 or newer' };
}

async function disk(path: string): Promise<Omit<Finding, 'name'>> {
  const { bavail, bsize } = await statfs(path);
  const words = `${((bavail * bsize) / GIBIBYTE).toFixed(1)} GiB free here`;
  if (bavail * bsize >= LEAST_FREE_BYTES) return { verdict: 'good', words };
  return { verdict: 'note', words, fix: 'make room before results are written' };
}

/** Timestamps of observations are the system's. */
function clock(): Finding {
  const now = new Date();
  const words = now.toISOString();
  if (now.getUTCFullYear() >= 2025) return { name: 'clock', verdict: 'good', words };
  return {
    name: 'clock',
    verdict: 'bad',
    words: `${words} cannot be now`,
    fix: 'set the clock: timedatectl set-ntp true',
  };
}

async function port({ settings: { server } }: Session): Promise<Finding> {
  const words = `${server.host}:${server.port}`;
  const trouble = await portTrouble(server);
  if (trouble === undefined) return { name: 'port', verdict: 'good', words: `${words} is free` };
  const taken = trouble === 'EADDRINUSE';
  const fix = taken
    ? 'stop the program that uses it, or choose another with --port'
    : 'choose another with --host, --port';
  return { name: 'port', verdict: 'bad', words: `${words}: ${taken ? 'in use' : trouble}`, fix };
}

/** What decodes in hardware, tried out. */
function hardware(asked: string): Promise<Finding> {
  const fix = 'install the driver, or set live.hwaccel to null';
  return found('hardware decoding', fix, async () => {
    const { name, codecs, passedOver } = await hardwareDecoder(asked);
    const words = name === undefined ? 'none: the CPU decodes' : `${name} decodes ${codecs.join(' and ')}`;
    const failed = passedOver.join('; ');
    if (name !== undefined && (failed === '' || asked === 'auto')) return { verdict: 'good', words };
    return { verdict: 'note', words: `${words} (${failed})`, fix };
  });
}

function camera(name: string, source: string, { settings: { live } }: Session): Promise<Finding> {
  return found(`camera ${name}`, 'see the message; `lookout probe` tells more', async () => {
    const facts = await probe(source, { rtspTransport: live.transport, timeoutMs: CAMERA_TIMEOUT_MS });
    const rate = facts.fps ? `, ${Math.round(ratioOf(facts.fps) * 10) / 10} frames per second` : '';
    const words = `${facts.codec}, ${facts.size.width}x${facts.size.height}${rate}`;
    if (facts.codec === 'h264' || facts.codec === 'mjpeg') return { verdict: 'good', words };
    const fix = 'set the camera to H.264, so that browsers get the untouched stream';
    return { verdict: 'note', words: `${words}; viewers get JPEG pictures`, fix };
  });
}

async function* model(session: Session): AsyncGenerator<Finding> {
  let engine: Engine | undefined;
  yield await found('model', 'name one with --model; `lookout models list` shows what is there', async () => {
    engine = await openEngine({ ...(await engineOptions(session)), goal: 'throughput' });
    const { card, device, workers, threadsPerWorker } = engine;
    const words = `${card.name} runs on ${device.ran}, ${workers} x ${threadsPerWorker} threads`;
    const passed = device.fellBack.join('; ');
    return { verdict: 'good', words: passed === '' ? words : `${words} (not used: ${passed})` };
  });
  if (engine === undefined) return;
  try {
    yield await carried(engine);
  } finally {
    await engine.close();
  }
}
