import { InvalidArgumentError } from 'commander';
import type { Size } from '#core/size.js';

/** Reads an option's whole number. @throws InvalidArgumentError, which commander tells with the option's name */
export function whole(least: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    return value;
  };
}

/** Reads an option's number above 0. @throws InvalidArgumentError */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

/** Reads `0.8,0.6`. @throws InvalidArgumentError */
export function positives(text: string): number[] {
  return text.split(',').map(positive);
}

const LEAST_SIDE = 32;
const MOST_SIDE = 8192;

/** Reads an input size: `416`, or `416x256`, width first. @throws InvalidArgumentError */
export function inputSize(text: string): number | Size {
  const sides = text.split('x').map((side) => (/^\d+$/.test(side) ? Number(side) : Number.NaN));
  const isSize = sides.length <= 2 && sides.every((side) => side >= LEAST_SIDE && side <= MOST_SIDE);
  if (!isSize)
    throw new InvalidArgumentError(`Expected one number or WIDTHxHEIGHT, px, ${LEAST_SIDE} to ${MOST_SIDE}.`);
  const [width, height] = sides;
  return height === undefined ? width! : { width: width!, height };
}
