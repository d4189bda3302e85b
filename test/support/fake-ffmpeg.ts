import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An ffmpeg between this program and the real one, for hardware that no test machine has. */
export interface FakeFfmpeg {
  /** The commands that used what is not there, one a line. */
  commands(): string[];
}

/**
 * Puts a script in ffmpeg's place, which hands every command to the real one but for two things: a capture device is a
 * picture of its own in raw YUYV, and the decoder interface `vaapi` "works" for the codecs named (files and RTSP alike decode on
 * the CPU). Must be called before ffmpeg is used for the first time.
 */
export function fakeFfmpeg(folder: string, decoders: readonly string[] = []): FakeFfmpeg {
  const log = join(folder, 'commands.log');
  const script = join(folder, 'ffmpeg');
  const lines = [
    '#!/bin/bash',
    'new=(); all="$*"',
    `if [[ $all == *v4l2* || $all == *vaapi* ]]; then echo "$all" >> ${log}; fi`,
    'while (($#)); do case "$1 $2" in',
    '  "-f v4l2") new+=(-re -f lavfi); shift 2;;',
    '  "-i /dev/video0") new+=(-i testsrc2=size=192x96:rate=25,format=yuyv422); shift 2;;',
    '  "-f "*) format=$2; new+=("$1" "$2"); shift 2;;',
    '  "-hwaccel_output_format vaapi") shift 2;;',
    `  "-hwaccel vaapi") case "$all" in ${decoders.map((codec) => `*"-f ${codec} "*`).join('|') || 'none'}|*"-f nut"*) shift 2;; *) new+=("$1" "$2"); shift 2;; esac;;`,
    '  "-vf hwdownload,"*) new+=(-vf null); shift 2;;',
    '  *) new+=("$1"); shift;;',
    'esac; done',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
    'exec ffmpeg "${new[@]}"',
  ];
  writeFileSync(script, lines.join('\n'));
  writeFileSync(log, '');
  chmodSync(script, 0o755);
  process.env.FFMPEG_PATH = script;
  return { commands: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}
