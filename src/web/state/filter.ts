import type { DetectionRecord } from '#core/record.js';

/** What the viewer wants to see of what was found. */
export interface Filter {
  /** Least score, 0..1. */
  readonly threshold: number;
  /** Labels that are left out. */
  readonly hidden: ReadonlySet<string>;
}

/** A score that equals the threshold passes. */
export function passes({ score, label }: DetectionRecord, { threshold, hidden }: Filter): boolean {
  return score >= threshold && !hidden.has(label);
}

/** How many of each label, most frequent first, then by name. */
export function countByLabel(detections: readonly DetectionRecord[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { label } of detections) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}
