import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A mount of the server; see rtsp-server.py. */
export interface Mount {
  readonly launch?: string;
  readonly file?: string;
  readonly codec?: 'h264' | 'h265' | 'mjpeg';
  readonly user?: string;
  readonly password?: string;
}

export interface RtspServer {
  readonly port: number;
  readonly process: ChildProcess;
  url(path: string, credentials?: string): string;
  stop(): Promise<void>;
}

const PYTHON = '/usr/bin/python3';

/** Whether Debian's GStreamer RTSP server is installed. */
export const hasRtspServer = works();

/** A live picture of GStreamer as H.264, a key frame each second. */
export function testPicture(pattern = 'ball', size: readonly [number, number] = [320, 240]): string {
  const raw = `video/x-raw,width=${size[0]},height=${size[1]},framerate=25/1`;
  const encode = 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25';
  return `videotestsrc is-live=true pattern=${pattern} ! ${raw} ! ${encode} ! ${PAY_H264}`;
}

export const PAY_H264 = 'h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 config-interval=-1';

/** Starts the server; it ends with this process at the latest. */
export async function rtspServer(mounts: Readonly<Record<string, Mount>>, port = 0): Promise<RtspServer> {
  const child = spawn(PYTHON, ['test/support/rtsp-server.py', JSON.stringify({ port, mounts })], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const bound = (JSON.parse(line) as { port: number }).port;
  return {
    port: bound,
    process: child,
    url: (path, credentials) => `rtsp://${credentials ? `${credentials}@` : ''}127.0.0.1:${bound}${path}`,
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
