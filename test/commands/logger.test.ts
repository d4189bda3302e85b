import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What a program that logs through our logger writes to stderr. */
function logged(level: string, code: string): string[] {
  const script = `
    import { createLogger } from '#commands/logger.js';
    import { Terminal } from '#commands/terminal.js';
    const log = await createLogger({ level: '${level}', terminal: new Terminal() });
    ${code}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stdout).toBe('');
  return stderr.trimEnd().split('\n').filter(Boolean);
}

describe('the log', () => {
  it('is one JSON object per line on stderr', () => {
    const lines = logged('info', `log.info({ camera: 'gate' }, 'connected'); log.warn('slow');`).map((line) =>
      JSON.parse(line),
    );
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), camera: 'gate', msg: 'connected' },
      { level: 'warn', time: expect.any(String), msg: 'slow' },
    ]);
  });

  it('keeps to its level', () => {
    expect(logged('error', `log.info('a'); log.error('b');`)).toHaveLength(1);
    expect(logged('silent', `log.error('b');`)).toHaveLength(0);
  });

  it('never holds the credentials of a URL, in messages, fields or errors', () => {
    const lines = logged(
      'info',
      `
      log.info({ url: 'rtsp://u:geheim@cam/1?token=geheim' }, 'opening rtsp://u:geheim@cam');
      log.error({ err: new Error('rtsp://u:geheim@cam refused') }, 'failed');`,
    );
    expect(lines.join('\n')).not.toContain('geheim');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['opening rtsp://***@cam', 'failed']);
  });
});
