import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { CONNECTION_LIMITS } from '#server/connection.js';
import { FLOW_LIMITS } from '#server/flow.js';
import { clientMessage, protocolSchema, serverMessage } from '#server/protocol.js';
import { VIDEO_QUEUE_LIMITS } from '#server/video-queue.js';

const text = readFileSync('src/server/README.md', 'utf8');
const examples = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!) as { type: string });

describe("the server's README", () => {
  it('shows each kind of message once, and each example keeps to the schema', () => {
    const types = [...serverMessage.options, ...clientMessage.options].map((option) => option.shape.type.value);
    expect(examples.map(({ type }) => type).sort()).toEqual(types.sort());
    const valid = new Ajv2020({ strict: false }).compile(protocolSchema());
    for (const example of examples)
      expect([example.type, valid(example), valid.errors]).toEqual([example.type, true, null]);
  });

  it('names the limits that hold', () => {
    expect(FLOW_LIMITS).toEqual({ windowBytes: 65536, fastWindowBytes: 8388608, promptMs: 500, deadAfterMs: 10_000 });
    expect(VIDEO_QUEUE_LIMITS.ageMs).toBe(2000);
    expect([CONNECTION_LIMITS.messages.perSecond, CONNECTION_LIMITS.textBytes, CONNECTION_LIMITS.faults.burst]).toEqual(
      [120, 65536, 50],
    );
  });
});
