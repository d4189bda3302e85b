import type { CameraPort } from '#core/camera-port.js';
import type { TrainingPort } from '#core/training-port.js';
import type { Metrics } from './metrics.js';
import type { SourcePolicy } from './source-policy.js';

/** What the routes are made of. */
export interface Services {
  readonly cameras: CameraPort;
  readonly metrics: Metrics;
  readonly version: string;
  readonly sources: SourcePolicy;
  /** Training runs that may be looked at; absent: none. */
  readonly trainings?: TrainingPort;
  readonly configSchema: object;
  /** What is still missing before it works, one sentence each; empty when ready. */
  ready(): readonly string[];
  /** Further facts for `/api/v1/about`: model, device, how many cameras the machine carries. */
  about(): object;
}
