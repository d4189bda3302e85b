import type { Placement } from './probe-protocol.js';

/** Provider names as profiles write them, in the short form that session options take. */
const SHORT: Readonly<Record<string, string>> = {
  CPUExecutionProvider: 'cpu',
  CUDAExecutionProvider: 'cuda',
  TensorrtExecutionProvider: 'tensorrt',
  WebGpuExecutionProvider: 'webgpu',
  DmlExecutionProvider: 'dml',
  CoreMLExecutionProvider: 'coreml',
  QNNExecutionProvider: 'qnn',
  XnnpackExecutionProvider: 'xnnpack',
};

const HEAVY = /Conv|MatMul|Gemm|Attention|LSTM|GRU/;

interface ProfileEvent {
  readonly args?: { readonly provider?: string; readonly op_name?: string; readonly node_index?: string };
}

/** Reads from a profile of ONNX Runtime which provider ran how many nodes. Providers other than the CPU may fuse many into one. */
export function placementsIn(profile: string): readonly Placement[] {
  const counts = new Map<string, { nodes: number; heavyNodes: number }>();
  for (const { args } of JSON.parse(profile) as ProfileEvent[]) {
    if (!args?.provider || args.op_name === undefined) continue;
    const provider = SHORT[args.provider] ?? args.provider;
    const count = counts.get(provider) ?? { nodes: 0, heavyNodes: 0 };
    count.nodes += 1;
    if (HEAVY.test(args.op_name) || (provider !== 'cpu' && /fused|subgraph|^TRT|CoreML|graph_/i.test(args.op_name))) {
      count.heavyNodes += 1;
    }
    counts.set(provider, count);
  }
  return [...counts].map(([provider, count]) => ({ provider, ...count }));
}

/**
 * What is wrong with calling this "ran on `provider`", or undefined where it did: the provider ran at least one node, and the CPU
 * no more than a tenth of the heavy ones.
 */
export function misplacement(provider: string, placements: readonly Placement[]): string | undefined {
  const own = placements.find((placement) => placement.provider === provider);
  if (!own) return `no node of the graph ran on it`;
  const heavy = placements.reduce((sum, placement) => sum + placement.heavyNodes, 0);
  const missed = heavy - own.heavyNodes;
  if (missed * 10 <= heavy) return undefined;
  return `${missed} of the ${heavy} convolutions and matrix products did not run on it`;
}
