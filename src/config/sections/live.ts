import { z } from 'zod';
import { documented } from '../documented.js';

const milliseconds = (least: number, most: number) => z.number().min(least).max(most);

/** How cameras are watched. */
export const live = documented(
  z
    .strictObject({
      batchSize: documented(z.int().min(1).max(256).default(8), {
        title: 'Most frames of different cameras in one inference',
        tradeOff: 'Higher: more frames per second where the model takes batches; each frame of a batch waits for all.',
        unit: 'frames',
        flag: '--batch-size <number>',
      }),
      batchWaitMs: documented(milliseconds(0, 1000).default(2), {
        title: 'How long an incomplete batch waits for other cameras',
        tradeOff: 'Higher: fuller batches and more latency. 0 never waits.',
        unit: 'ms',
        flag: '--batch-wait <ms>',
      }),
      tracker: documented(z.enum(['bytetrack', 'sort', 'none']).default('bytetrack'), {
        title: 'What gives objects an identity over time: bytetrack, sort or none',
        tradeOff: 'bytetrack survives low scores and short occlusions; sort is simpler; none costs nothing.',
        flag: '--tracker <name>',
      }),
      transport: documented(z.enum(['tcp', 'udp']).default('tcp'), {
        title: 'How RTSP sends its packets: tcp or udp',
        tradeOff: 'tcp loses nothing; udp may have less latency and tears pictures where packets are lost.',
        flag: '--transport <name>',
      }),
      hwaccel: documented(z.string().regex(/^\w+$/).nullable().default(null), {
        title: 'Decoder of the graphics hardware: auto, vaapi, cuda, ...; null decodes on the CPU',
        tradeOff:
          'Frees the CPU at high resolutions. It is tried out at the first connection; the CPU decodes where it does not work, ' +
          'and log, page and `lookout doctor` say why.',
        flag: '--hwaccel <name>',
      }),
      reconnectMs: documented(z.array(milliseconds(50, 600_000)).min(1).default([250, 500, 1000, 1500]), {
        title: 'Waits before the next connection after the 1st, 2nd, ... failure in a row; the last repeats for ever',
        tradeOff:
          'Longer: less load on a camera that is there and fails, later recovery. A fifth of each wait is left to chance. One ' +
          'that could not be reached over TCP is connected within about a second of being there again, whatever the step.',
        unit: 'ms',
        flag: '--reconnect <ms,...>',
      }),
      connectTimeoutMs: documented(milliseconds(500, 120_000).default(5000), {
        title: 'Longest wait for an answer of a camera',
        unit: 'ms',
        flag: '--connect-timeout <ms>',
      }),
      stallTimeoutMs: documented(milliseconds(500, 600_000).default(5000), {
        title: 'A camera that sends nothing for so long is connected anew',
        tradeOff: 'Shorter notices a dead camera sooner; it must be longer than the longest pause of a live one.',
        unit: 'ms',
        flag: '--stall-timeout <ms>',
      }),
      frozenSeconds: documented(z.number().min(0).max(86_400).default(60), {
        title: 'The same picture for so long counts as frozen and is connected anew; 0 never does',
        tradeOff: 'Live pictures always have noise; shorter may misjudge cameras that remove all of it.',
        unit: 'seconds',
        flag: '--frozen <seconds>',
      }),
      maxLagMs: documented(milliseconds(0, 600_000).default(2000), {
        title: 'A stream that falls behind by more than this is connected anew; 0 never is',
        unit: 'ms',
        flag: '--max-lag <ms>',
      }),
      pauseUnwatched: documented(z.boolean().default(false), {
        title: 'Disconnect cameras that nobody watches',
        tradeOff: 'Saves all work while no page is open; the first picture then takes a connection longer.',
        flag: '--pause-unwatched',
      }),
      pictureSide: documented(z.int().min(64).max(8192).default(1280), {
        title: 'Longest side of JPEG pictures for viewers',
        tradeOff: 'Larger pictures cost time to make and bandwidth. They are only made while somebody asks for them.',
        unit: 'px',
        flag: '--picture-side <px>',
      }),
    })
    .prefault({}),
  { title: 'Live: how cameras are watched' },
);
