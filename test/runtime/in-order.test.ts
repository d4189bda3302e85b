import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GraphBuilder } from '#onnx/builder.js';
import { encodeModel } from '#onnx/encode.js';
import type { Model } from '#onnx/model.js';
import { inOrder } from '#onnx/passes/in-order.js';
import { Session } from '#runtime/session.js';

/** A chain, then what could be had from the input all along, and both together: `Exp Sin Cos Abs Neg Mul`. */
function model(): Model {
  const g = new GraphBuilder('net');
  const x = g.input('x', [4]);
  const chain = g.op.Abs(g.op.Cos(g.op.Sin(g.op.Exp(x))));
  g.output('y', g.op.Mul(chain, g.op.Neg(x)));
  return g.build();
}

/** The operators as the runtime ran them. */
async function executed(ran: Model): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'in-order-'));
  try {
    const options = { provider: 'cpu', threads: 1, optimisation: 'basic', profile: join(folder, 'profile') } as const;
    const session = await Session.open(encodeModel(ran), options);
    await session.run([['x', { type: 'float32', dims: [4], data: new Float32Array(4) }]]);
    session.endProfile();
    await session.close();
    const events = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')) as {
      cat: string;
      name: string;
      args: { op_name: string };
    }[];
    return events
      .filter(({ cat, name }) => cat === 'Node' && name.endsWith('kernel_time'))
      .map((one) => one.args.op_name);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it('nodes run in the order that they have, and what is needed late is computed late', async () => {
  const order = model().graph.nodes.map(({ op }) => op);
  expect(order.at(-2)).toBe('Neg');
  expect(await executed(inOrder(model()))).toEqual(order);
  // The reason for all this: once the runtime does so by itself, the pass can go.
  expect(await executed(model())).not.toEqual(order);
});
