import { InvalidArgumentError } from 'commander';

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
