import type { Size } from '#core/size.js';
import { Bits } from './bits.js';
import { rawPayload } from './nal.js';

/** What a sequence parameter set says (ITU-T H.264, 7.3.2.1.1). */
export interface Sps {
  /** Cropped picture, px. */
  readonly size: Size;
  readonly profile: number;
  readonly compatibility: number;
  readonly level: number;
  readonly chromaFormat: number;
  readonly bitDepthLuma: number;
  readonly bitDepthChroma: number;
}

const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Reads a sequence parameter set (the whole NAL unit). @throws RangeError when it ends too early */
export function parseSps(unit: Uint8Array): Sps {
  const bits = new Bits(rawPayload(unit).subarray(1));
  const profile = bits.fixed(8);
  const compatibility = bits.fixed(8);
  const level = bits.fixed(8);
  bits.unsigned(); // seq_parameter_set_id
  let chromaFormat = 1;
  let bitDepthLuma = 8;
  let bitDepthChroma = 8;
  let separatePlanes = 0;
  if (HIGH_PROFILES.has(profile)) {
    chromaFormat = bits.unsigned();
    if (chromaFormat === 3) separatePlanes = bits.fixed(1);
    bitDepthLuma = 8 + bits.unsigned();
    bitDepthChroma = 8 + bits.unsigned();
    bits.fixed(1); // qpprime_y_zero_transform_bypass_flag
    if (bits.fixed(1)) for (let list = 0; list < (chromaFormat === 3 ? 12 : 8); list += 1) skipScalingList(bits, list);
  }
  bits.unsigned(); // log2_max_frame_num_minus4
  skipPictureOrder(bits);
  bits.unsigned(); // max_num_ref_frames
  bits.fixed(1); // gaps_in_frame_num_value_allowed_flag
  const widthInMbs = bits.unsigned() + 1;
  const heightInMapUnits = bits.unsigned() + 1;
  const frameMbsOnly = bits.fixed(1);
  if (!frameMbsOnly) bits.fixed(1); // mb_adaptive_frame_field_flag
  bits.fixed(1); // direct_8x8_inference_flag
  const crop = bits.fixed(1) ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const format = separatePlanes ? 0 : chromaFormat;
  const unitX = format === 1 || format === 2 ? 2 : 1;
  const unitY = (format === 1 ? 2 : 1) * (2 - frameMbsOnly);
  const size = {
    width: widthInMbs * 16 - unitX * (crop[0]! + crop[1]!),
    height: (2 - frameMbsOnly) * heightInMapUnits * 16 - unitY * (crop[2]! + crop[3]!),
  };
  return { size, profile, compatibility, level, chromaFormat, bitDepthLuma, bitDepthChroma };
}

function skipScalingList(bits: Bits, list: number): void {
  if (!bits.fixed(1)) return;
  let last = 8;
  let next = 8;
  for (let index = 0; index < (list < 6 ? 16 : 64); index += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipPictureOrder(bits: Bits): void {
  const type = bits.unsigned();
  if (type === 0) {
    bits.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  } else if (type === 1) {
    bits.fixed(1); // delta_pic_order_always_zero_flag
    bits.signed(); // offset_for_non_ref_pic
    bits.signed(); // offset_for_top_to_bottom_field
    for (let count = bits.unsigned(); count > 0; count -= 1) bits.signed();
  }
}
