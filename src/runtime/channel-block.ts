import { channelBlockOf, channelBlockProbe } from '#autodiff/convolve.js';
import { encodeModel } from '#onnx/encode.js';
import { Session } from './session.js';

/** Channels per block in which the CPU provider of this machine convolves fastest; 0 where it has no such form. */
export async function channelBlock(): Promise<number> {
  const session = await Session.open(encodeModel(channelBlockProbe()), { provider: 'cpu', threads: 1 });
  try {
    const x = { type: 'float32', dims: [1, 4, 1, 1], data: new Float32Array(4) } as const;
    const outputs = await session.run([['x', x]]);
    return channelBlockOf(outputs.get('y')!.dims);
  } finally {
    await session.close();
  }
}
