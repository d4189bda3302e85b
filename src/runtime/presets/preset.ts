import type { Card, DecoderSpec, InputSpec } from '#core/card.js';
import type { ModelFacts } from './facts.js';

/** How a family of models wants its pictures. */
export type Feeding = Pick<InputSpec, 'fit' | 'padding' | 'channels' | 'mean' | 'std'>;

/** What a preset makes of a model. */
export interface Reading {
  readonly feeding: Feeding;
  readonly decoder: DecoderSpec;
  /** Number of classes. */
  readonly classes: number;
  /** Names of the classes where the family has only these, e.g. `face`. */
  readonly labels?: readonly string[];
  readonly landmarks?: readonly string[];
  readonly thresholds?: Card['thresholds'];
}

/** One layout of models that users bring. */
export interface Preset {
  readonly name: string;
  /** The outputs that this layout has, for messages. */
  readonly expects: string;
  /** Input size where the graph leaves it free, px. */
  readonly defaultSize: number;
  /** Input sizes are multiples of this, px. */
  readonly stride: number;
  /** How to feed and read the model, or undefined when its outputs are of another layout. */
  readonly read: (facts: ModelFacts) => Reading | undefined;
}

type Triple = readonly [number, number, number];
const zeros: Triple = [0, 0, 0];
const all = (value: number): Triple => [value, value, value];

/** RGB in 0..1 (or BGR), as most YOLO families want it. */
export function unitRange(feeding: Pick<Feeding, 'fit' | 'padding' | 'channels'>): Feeding {
  return { ...feeding, mean: zeros, std: all(255) };
}

export const LETTERBOX_114: Feeding = unitRange({ fit: 'letterbox', padding: 114, channels: 'RGB' });
export const LETTERBOX_GREY: Feeding = unitRange({ fit: 'letterbox', padding: 128, channels: 'RGB' });
export const STRETCH_RGB: Feeding = unitRange({ fit: 'stretch', padding: 0, channels: 'RGB' });
export const STRETCH_BGR: Feeding = unitRange({ fit: 'stretch', padding: 0, channels: 'BGR' });

/** The feeding of a model whose pixels are shifted and scaled alike in all channels. */
export function shifted(feeding: Pick<Feeding, 'fit' | 'padding' | 'channels'>, mean: number, std: number): Feeding {
  return { ...feeding, mean: all(mean), std: all(std) };
}
