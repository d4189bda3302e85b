import { messageOf } from '#core/errors.js';
import { redact } from '#core/redact.js';

/** What a check found. `note`: it works, but something could be better. */
export interface Finding {
  readonly name: string;
  readonly verdict: 'good' | 'note' | 'bad';
  readonly words: string;
  /** What to do. */
  readonly fix?: string;
}

/** The findings of a check; what it throws is a finding too. */
export async function found(name: string, fix: string, check: () => Promise<Omit<Finding, 'name'>>): Promise<Finding> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    return { name, verdict: 'bad', words: redact(messageOf(error)), fix };
  }
}
