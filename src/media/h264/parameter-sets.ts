import { Bits } from './bits.js';
import { Nal, nalType, rawPayload } from './nal.js';

/**
 * The parameter sets of a stream as they are now. Senders repeat them as they like: twice in a packet, before each slice, one
 * at a time; a change is only what differs from what is known under the same id.
 */
export class ParameterSets {
  #sps: Uint8Array | undefined;
  /** By pic_parameter_set_id, in the order in which they came. */
  #pps = new Map<number, Uint8Array>();

  get sps(): Uint8Array | undefined {
    return this.#sps;
  }

  get pps(): readonly Uint8Array[] {
    return [...this.#pps.values()];
  }

  /** Whether a decoder could be set up. */
  get complete(): boolean {
    return this.#sps !== undefined && this.#pps.size > 0;
  }

  /** Takes those of a packet. @returns whether they say anything new @throws RangeError when one is damaged */
  take(units: readonly Uint8Array[]): boolean {
    let changed = false;
    for (const unit of units) {
      if (nalType(unit) === Nal.sps) changed = this.#takeSps(unit) || changed;
      else if (nalType(unit) === Nal.pps) changed = this.#takePps(unit) || changed;
    }
    return changed;
  }

  /** Picture parameter sets belong to their sequence's: after a new one they come again. */
  #takeSps(unit: Uint8Array): boolean {
    if (same(unit, this.#sps)) return false;
    this.#sps = unit.slice();
    this.#pps.clear();
    return true;
  }

  #takePps(unit: Uint8Array): boolean {
    const id = new Bits(rawPayload(unit).subarray(1)).unsigned();
    if (same(unit, this.#pps.get(id))) return false;
    this.#pps.set(id, unit.slice());
    return true;
  }
}

function same(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}
