import { intOf, intsOf } from '../attribute.js';
import { type Dim, feedsOf, type Graph, type Model, type Node } from '../model.js';
import { type InferOptions, inferShapes, type Shapes } from '../shapes/infer.js';

/** What is drawn as one box: an input, an output, or a node with the activations and normalisations right behind it. */
export interface Block {
  readonly kind: 'input' | 'output' | 'product' | 'pool' | 'join' | 'move' | 'other';
  readonly title: string;
  /** Operators folded into the box, in order. */
  readonly also: readonly string[];
  readonly dims: readonly Dim[] | undefined;
  /** Names of the nodes inside, or of the input or output. */
  readonly names: readonly string[];
}

/** Boxes in topological order, and an edge for each value that one box gives to another. */
export interface Blocks {
  readonly blocks: readonly Block[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

const FOLDED =
  'BatchNormalization InstanceNormalization LayerNormalization GroupNormalization Relu LeakyRelu PRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Swish ' +
  'Mish Gelu QuickGelu Tanh Softplus Softsign Clip Dropout Identity Cast Exp Softmax LogSoftmax QuantizeLinear DequantizeLinear ' +
  'QLinearSigmoid QLinearLeakyRelu Add Mul Sub Div Pow';
const KINDS: readonly (readonly [Block['kind'], RegExp])[] = [
  ['product', /Conv|MatMul|Gemm|Einsum/],
  ['pool', /Pool|^Reduce|^Arg|TopK|NonMax/],
  ['join', /^(Add|Mul|Sub|Div|Concat|QLinearConcat|QLinearAdd|QLinearMul|Sum|Where|Max|Min)$/],
  [
    'move',
    /Reshape|Transpose|Slice|Split|Gather|Squeeze|Flatten|Resize|Upsample|Pad|Expand|Tile|DepthToSpace|SpaceToDepth/,
  ],
];

function kindOf(op: string): Block['kind'] {
  return KINDS.find(([, pattern]) => pattern.test(op))?.[0] ?? 'other';
}

/** `Conv 3×3 /2 ×32 g2`: kernel, stride, number of kernels, groups. */
function titleOf(node: Node, shapes: Shapes): string {
  const weights = shapes.get(node.inputs[node.op === 'QLinearConv' ? 3 : 1] ?? '')?.dims;
  const kernel = intsOf(node, 'kernel_shape') ?? (node.op.includes('Conv') ? weights?.slice(2) : undefined);
  const stride = intsOf(node, 'strides')?.find((step) => step > 1);
  const group = intOf(node, 'group', 1);
  const parts = [node.op];
  if (kernel) parts.push(kernel.join('×'));
  if (stride) parts.push(`/${stride}`);
  if (group > 1) parts.push(`g${group}`);
  return parts.join(' ');
}

/** The graph without constants and shape arithmetic, and who makes and reads each value. */
interface View {
  readonly nodes: readonly Node[];
  readonly makers: ReadonlyMap<string, Node>;
  readonly readers: ReadonlyMap<string, readonly Node[]>;
  readonly kept: ReadonlySet<string>;
  readonly fed: ReadonlySet<string>;
}

function viewOf(graph: Graph, shapes: Shapes): View {
  const nodes = graph.nodes.filter(
    (node) => node.op !== 'Constant' && !node.outputs.every((it) => shapes.get(it)?.values),
  );
  const makers = new Map<string, Node>();
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of node.outputs) if (name !== '') makers.set(name, node);
    for (const name of new Set(node.inputs)) {
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
  }
  return {
    nodes,
    makers,
    readers,
    kept: new Set(graph.outputs.map(({ name }) => name)),
    fed: new Set(feedsOf(graph).map(({ name }) => name)),
  };
}

/** The node that `node` is drawn together with; undefined where it gets a box of its own. */
function hostOf(node: Node, view: View): Node | undefined {
  if (!FOLDED.split(' ').includes(node.op)) return undefined;
  const sources = [...new Set(node.inputs.flatMap((name) => view.makers.get(name) ?? []))];
  const [first, second] = sources;
  if (!first || node.inputs.some((name) => view.fed.has(name))) return undefined;
  const outputs = first.outputs.flatMap((name) => view.readers.get(name) ?? []);
  const kept = first.outputs.some((name) => view.kept.has(name));
  // x * sigmoid(x), in either order: both belong to the maker of x.
  const gate = node.op === 'Mul' ? sources.find((it) => it.op.endsWith('igmoid')) : undefined;
  const gated = gate && sources.find((it) => it !== gate);
  if (gate && gated && gate.inputs[0] === gated.outputs[0] && node.inputs.includes(gated.outputs[0]!)) return gated;
  if (second || kept) return undefined;
  if (outputs.length === 1) return first;
  const twin = outputs.find((it) => it !== node);
  return node.op.endsWith('igmoid') &&
    outputs.length === 2 &&
    twin!.op === 'Mul' &&
    twin!.inputs.includes(node.outputs[0]!)
    ? first
    : undefined;
}

interface Draft {
  readonly head: Node;
  readonly members: Node[];
}

function draftsOf(view: View): Map<Node, Draft> {
  const drafts = new Map<Node, Draft>();
  for (const node of view.nodes) {
    const host = hostOf(node, view);
    const draft = (host && drafts.get(host)) ?? { head: node, members: [] };
    draft.members.push(node);
    drafts.set(node, draft);
  }
  return drafts;
}

function blockOf({ head, members }: Draft, shapes: Shapes): Block {
  const rest = members.slice(1).map(({ op }) => op);
  const also = rest
    .join(' ')
    .replace(/Sigmoid Mul/g, 'SiLU')
    .replace(/BatchNormalization/g, 'BatchNorm');
  return {
    kind: kindOf(head.op),
    title: titleOf(head, shapes),
    also: also === '' ? [] : also.split(' '),
    dims: shapes.get(members.at(-1)!.outputs[0] ?? '')?.dims,
    names: members.map((node) => node.name || node.outputs[0] || node.op),
  };
}

/** Folds a model into the boxes that are drawn. */
export function blocksOf(model: Model, options: InferOptions = {}): Blocks {
  const { graph } = model;
  const shapes = inferShapes(model, options);
  const view = viewOf(graph, shapes);
  const drafts = draftsOf(view);
  const blocks: Block[] = [];
  const numbers = new Map<Draft | string, number>();
  const end = (kind: 'input' | 'output', name: string): Block => ({
    kind,
    title: name,
    also: [],
    dims: shapes.get(name)?.dims,
    names: [name],
  });
  for (const { name } of feedsOf(graph)) numbers.set(name, blocks.push(end('input', name)) - 1);
  for (const draft of new Set(drafts.values())) numbers.set(draft, blocks.push(blockOf(draft, shapes)) - 1);
  const sourceOf = (name: string) => numbers.get(view.makers.has(name) ? drafts.get(view.makers.get(name)!)! : name);
  const edges = new Map<string, readonly [number, number]>();
  const connect = (name: string, to: number) => {
    const from = sourceOf(name);
    if (from !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
  };
  for (const node of view.nodes) for (const name of node.inputs) connect(name, numbers.get(drafts.get(node)!)!);
  for (const { name } of graph.outputs) connect(name, blocks.push(end('output', name)) - 1);
  return { blocks, edges: [...edges.values()] };
}
