import { z } from 'zod';
import { documented } from '../documented.js';

/** The program's own messages, on stderr. */
export const log = documented(
  z
    .strictObject({
      level: documented(z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace']).default('info'), {
        title: 'Least important message that is logged: silent, error, warn, info, debug or trace',
        tradeOff: 'Readable lines on a terminal, one JSON object per line elsewhere.',
        flag: '--log-level <level>',
      }),
    })
    .prefault({}),
  { title: 'Log: messages on stderr' },
);
