import type { Machine } from './machine.js';

/** RGBA bytes, width and height powers of two. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A texture in the kernels' memory, with its mip levels. */
export interface Texture {
  readonly address: number;
  readonly logWidth: number;
  readonly logHeight: number;
}

export function uploadTexture(machine: Machine, picture: Picture): Texture {
  const [logWidth, logHeight] = [Math.log2(picture.width), Math.log2(picture.height)];
  if (!Number.isInteger(logWidth) || !Number.isInteger(logHeight)) {
    throw new RangeError(`uploadTexture: expected powers of two, got ${picture.width}x${picture.height}`);
  }
  const levels: Picture[] = [picture];
  while (levels.at(-1)!.width > 1 || levels.at(-1)!.height > 1) levels.push(halved(levels.at(-1)!));
  const length = levels.reduce((sum, { data }) => sum + data.length, 0);
  const address = machine.allocate(length);
  let at = address;
  for (const { data } of levels) {
    machine.bytes.set(data, at);
    at += data.length;
  }
  return { address, logWidth, logHeight };
}

function halved({ width, height, data }: Picture): Picture {
  const [w, h] = [Math.max(1, width >> 1), Math.max(1, height >> 1)];
  const half = new Uint8Array(4 * w * h);
  const [right, below] = [width > 1 ? 4 : 0, height > 1 ? 4 * width : 0];
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = 4 * ((height > 1 ? 2 * y : y) * width + (width > 1 ? 2 * x : x));
      for (let c = 0; c < 4; c++) {
        half[4 * (y * w + x) + c] =
          (data[at + c]! + data[at + c + right]! + data[at + c + below]! + data[at + c + right + below]! + 2) >> 2;
      }
    }
  }
  return { width: w, height: h, data: half };
}
