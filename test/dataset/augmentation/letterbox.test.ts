import { describe, expect, it } from 'vitest';
import { letterbox } from '#dataset/augmentation/layout.js';

describe('letterbox', () => {
  it.each<[string, { width: number; height: number }, [number, number, number]]>([
    ['wide', { width: 640, height: 320 }, [0.5, 0, 80]],
    ['tall', { width: 200, height: 400 }, [0.8, 80, 0]],
    ['fitting', { width: 640, height: 640 }, [0.5, 0, 0]],
    ['odd: the padding is whole px', { width: 640, height: 427 }, [0.5, 0, 53]],
  ])('%s', (_, { width, height }, [scale, left, top]) => {
    const m = letterbox([0, 0, width, height], { width: 320, height: 320 });
    expect([m[0], m[4], m[2], m[5]]).toEqual([scale, scale, left, top]);
  });
});
