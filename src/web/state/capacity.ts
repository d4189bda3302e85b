import type { Capacity } from '#core/capacity.js';

/** `96 pictures a second: 19 cameras at 5, 9 at 10 or 3 at 25` */
export function capacityWords({ frames_per_second, cameras }: Capacity): string {
  const rates = cameras.map(({ fps, cameras: count }, index) => {
    const noun = index > 0 ? '' : count === 1 ? ' camera' : ' cameras';
    return `${count}${noun} at ${fps}`;
  });
  const last = rates.pop();
  const list = rates.length > 0 ? `${rates.join(', ')} or ${last}` : last;
  const total = `${Math.round(frames_per_second)} pictures a second`;
  return list === undefined ? total : `${total}: ${list}`;
}
