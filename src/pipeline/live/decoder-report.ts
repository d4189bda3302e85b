import type { DecoderReport } from '#core/camera.js';
import { codecName, type HardwareDecoder } from '#media/hwaccel.js';

/** Who decodes a codec, as far as trials show: a codec that was not tried counts as the CPU's. */
export function decoderReport({ asked, name, codecs, passedOver }: HardwareDecoder, fourcc: string): DecoderReport {
  const codec = codecName(fourcc);
  if (name !== undefined && (codecs as readonly string[]).includes(codec)) return { asked, ran: name };
  const reason = name === undefined ? passedOver.join('; ') : `${name} was not seen to decode ${codec}`;
  return { asked, ran: 'cpu', reason };
}
