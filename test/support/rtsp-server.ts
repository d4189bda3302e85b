import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { NetworkNamespace } from './network-namespace.js';

/** A mount of the server; see rtsp-server.py. */
export interface Mount {
  readonly launch?: string;
  readonly file?: string;
  readonly codec?: 'h264' | 'h265' | 'mjpeg';
  readonly user?: string;
  readonly password?: string;
  readonly clock?: { readonly width: number; readonly height: number; readonly fps: number; readonly group: number };
  /** false: each connection gets a stream of its own, from its beginning. */
  readonly shared?: boolean;
}

export interface RtspServer {
  readonly port: number;
  readonly process: ChildProcess;
  url(path: string, credentials?: string): string;
  stop(): Promise<void>;
}

/** A live picture of GStreamer as H.265. */
export function testPictureH265(): string {
  const raw = 'video/x-raw,format=I420,width=320,height=240,framerate=25/1';
  const encode = 'x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25';
  const pay = 'h265parse config-interval=-1 ! rtph265pay name=pay0 pt=96 config-interval=-1';
  return `videotestsrc is-live=true pattern=ball ! ${raw} ! ${encode} ! ${pay}`;
}

const PYTHON = '/usr/bin/python3';

/** Whether Debian's GStreamer RTSP server is installed. */
export const hasRtspServer = works();

/** A live picture of GStreamer as H.264, a key frame each second. */
export function testPicture(pattern = 'ball', size: readonly [number, number] = [320, 240]): string {
  const raw = `video/x-raw,width=${size[0]},height=${size[1]},framerate=25/1`;
  const encode = 'x264enc tune=zerolatency sliced-threads=false threads=1 speed-preset=ultrafast key-int-max=25';
  return `videotestsrc is-live=true pattern=${pattern} ! ${raw} ! ${encode} ! ${PAY_H264}`;
}

export const PAY_H264 = 'h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 config-interval=-1';

/**
 * Starts the server; it ends with this process at the latest. Its port lies below those that the system gives to clients:
 * one of them could take the port while the server is away, even by connecting to itself.
 */
export async function rtspServer(
  mounts: Readonly<Record<string, Mount>>,
  port?: number,
  namespace?: NetworkNamespace,
): Promise<RtspServer> {
  const host = namespace?.address ?? '127.0.0.1';
  for (;;) {
    const chosen = port ?? 20_000 + Math.floor(Math.random() * 10_000);
    const command = [PYTHON, 'test/support/rtsp-server.py', JSON.stringify({ host, port: chosen, mounts })];
    const [program, ...args] = namespace ? ['ip', 'netns', 'exec', namespace.name, ...command] : command;
    const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const line = once(createInterface({ input: child.stdout! }), 'line');
    const started = await Promise.race([line.then(() => true), once(child, 'exit').then(() => false)]);
    if (started) return serverOf(child, host, chosen);
  }
}

function serverOf(child: ChildProcess, host: string, port: number): RtspServer {
  return {
    port,
    process: child,
    url: (path, credentials) => `rtsp://${credentials ? `${credentials}@` : ''}${host}:${port}${path}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function works(): boolean {
  try {
    const script = 'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer';
    execFileSync(PYTHON, ['-c', script], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
