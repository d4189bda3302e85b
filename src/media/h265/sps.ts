import type { Size } from '#core/size.js';
import { Bits } from '../h264/bits.js';
import { nalUnits, rawPayload } from '../h264/nal.js';

const SPS = 33;
/** Profile and constraint flags of profile_tier_level, without the level. */
const PROFILE_BITS = 88;
const LEVEL_BITS = 8;

/**
 * The cropped size that a packet's sequence parameter set gives (ITU-T H.265, 7.3.2.2); undefined without one, or where it is
 * damaged. `packet` is a byte stream (annex B).
 */
export function hevcPictureSize(packet: Uint8Array): Size | undefined {
  const unit = nalUnits(packet).find((each) => ((each[0]! >> 1) & 0x3f) === SPS);
  if (!unit) return undefined;
  try {
    return sizeOf(new Bits(rawPayload(unit).subarray(2)));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function sizeOf(bits: Bits): Size {
  bits.fixed(4); // sps_video_parameter_set_id
  const subLayers = bits.fixed(3);
  bits.fixed(1); // sps_temporal_id_nesting_flag
  skipProfileTierLevel(bits, subLayers);
  bits.unsigned(); // sps_seq_parameter_set_id
  const chromaFormat = bits.unsigned();
  const separatePlanes = chromaFormat === 3 ? bits.fixed(1) : 0;
  const width = bits.unsigned();
  const height = bits.unsigned();
  const isCropped = bits.fixed(1) === 1;
  const crop = isCropped ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const format = separatePlanes ? 0 : chromaFormat;
  const unitX = format === 1 || format === 2 ? 2 : 1;
  const unitY = format === 1 ? 2 : 1;
  return { width: width - unitX * (crop[0]! + crop[1]!), height: height - unitY * (crop[2]! + crop[3]!) };
}

/** profile_tier_level (7.3.3) with a profile for the whole. */
function skipProfileTierLevel(bits: Bits, subLayers: number): void {
  skip(bits, PROFILE_BITS + LEVEL_BITS);
  const present = Array.from({ length: subLayers }, () => [bits.fixed(1), bits.fixed(1)] as const);
  if (subLayers > 0) skip(bits, 2 * (8 - subLayers));
  for (const [profile, level] of present) skip(bits, profile * PROFILE_BITS + level * LEVEL_BITS);
}

function skip(bits: Bits, count: number): void {
  for (let left = count; left > 0; left -= 8) bits.fixed(Math.min(8, left));
}
