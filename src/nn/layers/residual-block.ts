import type { Module } from '../net.js';
import { type ConvOptions, conv } from './convolution.js';
import { residual, sequential } from './structure.js';

/**
 * x plus a 1x1 convolution to half the channels and a 3x3 one back (Redmon and Farhadi 2018).
 * @param options `scale`: where the normalisation of the branch begins; zeros make it start as nothing
 */
export function residualBlock(
  name: string,
  channels: number,
  { scale, ...options }: Pick<ConvOptions, 'activation' | 'scale'>,
): Module {
  const reduce = conv('reduce', channels / 2, { ...options, kernel: 1 });
  return residual(name, sequential(reduce, conv('expand', channels, { ...options, ...(scale && { scale }) })));
}
