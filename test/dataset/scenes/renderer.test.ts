import { describe, expect, it } from 'vitest';
import { MeshBuilder } from '#dataset/scenes/mesh.js';
import { surface } from '#dataset/scenes/render/material.js';
import { Renderer } from '#dataset/scenes/render/renderer.js';
import { ellipsoid } from '#dataset/scenes/shapes.js';
import { translated } from '#dataset/scenes/transform.js';
import type { Vector } from '#dataset/scenes/vector.js';

const SIZE = { width: 200, height: 120 };
const LIGHT = {
  name: 'test',
  sun: [0, 0, 1] as Vector,
  sunColour: [2, 2, 2] as Vector,
  softness: 0.05,
  sky: [0.3, 0.3, 0.3] as Vector,
  ground: [0.1, 0.1, 0.1] as Vector,
  horizon: [0.5, 0.5, 0.5] as Vector,
  walls: 0.5,
  fog: 0,
  exposure: 0.6,
  occlusion: 0.5,
  lampsOn: false,
  wet: false,
};

/** A grey floor before a camera that looks along y from 2 m. */
function stage(): Renderer {
  const camera = { position: [0, -6, 2] as Vector, target: [0, 0, 1] as Vector, fieldOfView: 60 };
  const renderer = new Renderer({ camera, size: SIZE, light: LIGHT, lamps: [], centre: [0, 0, 0], extent: 20 });
  const texture = renderer.texture({ width: 1, height: 1, data: Uint8Array.of(150, 150, 150, 255) });
  const square: [Vector, Vector, Vector, Vector] = [
    [-40, -40, 0],
    [40, -40, 0],
    [40, 40, 0],
    [-40, 40, 0],
  ];
  renderer.panel({
    points: square,
    uvs: [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ],
    texture,
    material: 'matte',
    casts: false,
  });
  renderer.bake();
  return renderer;
}

function ball(radius: number): ReturnType<MeshBuilder['build']> {
  const into = new MeshBuilder();
  ellipsoid(into, { centre: [0, 0, 0], radii: [radius, radius, radius], slot: 0, around: 48, rows: 32 });
  return into.build();
}

const put = (renderer: Renderer, at: Vector, id: number, radius = 0.5): void =>
  renderer.draw({ mesh: ball(radius), transform: translated(...at), palette: [surface(0xcc3020)], id });

const luma = (rgba: Uint8Array, x: number, y: number): number => rgba[4 * (y * SIZE.width + x) + 1]!;

describe('Renderer', () => {
  it('measures what is seen of a ball where the projection puts it', () => {
    const renderer = stage();
    renderer.beginFrame();
    put(renderer, [1, 0, 1], 7);
    renderer.endFrame();
    const [extent] = renderer.extents();
    const edges = Array.from({ length: 360 }, (_, n): Vector => {
      const turn = (n * Math.PI) / 180;
      return [1 + 0.5 * Math.cos(turn), 0, 1 + 0.5 * Math.sin(turn)];
    }).map((point) =>
      renderer.projection
        .project(point)
        .slice(0, 2)
        .map((value) => value / renderer.projection.oversample),
    );
    const expected = [
      Math.min(...edges.map(([x]) => x!)),
      Math.min(...edges.map(([, y]) => y!)),
      Math.max(...edges.map(([x]) => x!)),
      Math.max(...edges.map(([, y]) => y!)),
    ];
    expect(extent!.id).toBe(7);
    extent!.box.forEach((edge, n) => {
      expect(Math.abs(edge - expected[n]!)).toBeLessThan(1.2);
    });
    expect(extent!.seen).toBe(extent!.covered);
    renderer.close();
  });

  it('counts what others hide, whoever is drawn first', () => {
    const seen = [
      [1, 2],
      [2, 1],
    ].map((order) => {
      const renderer = stage();
      renderer.beginFrame();
      for (const id of order) put(renderer, id === 1 ? [0, 0, 1] : [0.25, -1.5, 1.15], id);
      renderer.endFrame();
      const extents = renderer.extents();
      renderer.close();
      return extents;
    });
    expect(seen[0]).toEqual(seen[1]);
    const [hidden, front] = seen[0]!;
    expect(front!.seen).toBe(front!.covered);
    expect(hidden!.seen / hidden!.covered).toBeGreaterThan(0.1);
    expect(hidden!.seen / hidden!.covered).toBeLessThan(0.7);
  });

  it('clips what reaches out of the picture and draws nothing behind the camera', () => {
    const renderer = stage();
    renderer.beginFrame();
    put(renderer, [-3.3, 0, 1], 1);
    put(renderer, [0, -9, 2], 2);
    renderer.endFrame();
    const extents = renderer.extents();
    expect(extents.map(({ id }) => id)).toEqual([1]);
    expect(extents[0]!.box[0]).toBe(0);
    renderer.close();
  });

  it('throws shadows, and takes them away with the thing', () => {
    const renderer = stage();
    const still = renderer.endFrame().slice();
    renderer.beginFrame();
    put(renderer, [0, 0, 1.6], 1, 0.6);
    renderer.touch([
      [-2, -2, 0],
      [2, 2, 0],
    ]);
    const shaded = renderer.endFrame().slice();
    const [x, y] = renderer.projection
      .project([0, 0, 0])
      .map((value) => Math.floor(value / renderer.projection.oversample)) as [number, number];
    expect(luma(shaded, x, y)).toBeLessThan(luma(still, x, y) - 30);
    expect(luma(shaded, 10, SIZE.height - 10)).toBe(luma(still, 10, SIZE.height - 10));
    renderer.beginFrame();
    expect(Buffer.compare(renderer.endFrame(), still)).toBe(0);
    renderer.close();
  });

  it('draws the same into memory that another scene has used', () => {
    const draw = (): Buffer => {
      const renderer = stage();
      renderer.beginFrame();
      put(renderer, [0.3, 0.4, 0.9], 3);
      const picture = Buffer.from(renderer.endFrame({ noise: 2, seed: 5 }));
      renderer.close();
      return picture;
    };
    expect(Buffer.compare(draw(), draw())).toBe(0);
  });

  it('refuses textures whose sides are no powers of two', () => {
    const renderer = stage();
    expect(() => renderer.texture({ width: 3, height: 4, data: new Uint8Array(48) })).toThrow(RangeError);
    renderer.close();
  });
});
