// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lookout's own references
import { describe, expect, it } from 'vitest';
import { interpolate } from '#config/interpolate.js';

const env = { HOST: 'cam', EMPTY: '', CAMERA_PASSWORD: 'geheim', N: '3' };

describe('references to the environment', () => {
  it.each([
    ['none', 'a $ b $5 $HOME', 'a $ b $5 $HOME'],
    ['one', '${HOST}', 'cam'],
    ['several', 'rtsp://${HOST}:${N}/', 'rtsp://cam:3/'],
    ['an empty variable', '[${EMPTY}]', '[]'],
    ['a default that is not needed', '${HOST:-other}', 'cam'],
    ['a default for an unset variable', '${NONE:-other}', 'other'],
    ['a default for an empty variable', '${EMPTY:-other}', 'other'],
    ['an empty default', '[${NONE:-}]', '[]'],
    ['an escape', '$${HOST} and ${HOST}', '${HOST} and cam'],
    ['dollars before an escape', '$$$${HOST}', '$$${HOST}'],
  ])('are resolved: %s', (_, text, expected) => {
    expect(interpolate(text, env)).toMatchObject({ text: expected, problems: [] });
  });

  it.each([
    ['an unset variable', '${NONE}', 'the environment variable NONE is not set: set it, or write ${NONE:-default}'],
    ['one that is not closed', 'x${HOST', 'expected ${NAME} or ${NAME:-default}, got ${HOST'],
    ['no name', '${}', 'expected ${NAME} or ${NAME:-default}, got ${}'],
    ['a name with other characters', '${a-b}', 'expected ${NAME} or ${NAME:-default}, got ${a-b}'],
  ])('are refused: %s', (_, text, problem) => {
    expect(interpolate(text, env).problems).toEqual([problem]);
  });

  it('are never resolved twice', () => {
    expect(interpolate('${A}', { A: '${HOST}', HOST: 'cam' }).text).toBe('${HOST}');
  });

  it('show no variable that sounds like a credential', () => {
    expect(interpolate('rtsp://admin:${CAMERA_PASSWORD}@${HOST}', env).safe).toBe('rtsp://admin:***@cam');
  });
});
