import { afterEach, describe, expect, it } from 'vitest';
import type { TrainingPort } from '#core/training-port.js';
import type { TrainingRecord } from '#core/training-record.js';
import { closeAll, serve } from './support.js';

afterEach(closeAll);

const record: TrainingRecord = {
  ...{ format: 1, name: 'street', architecture: 'tiny', parameters: 1e6, device: 'cpu', labels: ['car'] },
  ...{ train_pictures: 8, validation_pictures: 2, state: 'training', started_at: 1, updated_at: 2, rollbacks: 0 },
  history: [{ epoch: 0, losses: { total: 3 }, rate: 0.1, size: 64, trained_seconds: 5 }],
  pictures: [{ file: 'a.jpg', width: 4, height: 3, truths: [], detections: [] }],
};
const trainings: TrainingPort = {
  list: async () => [{ run: 'one', record }],
  read: async (run) => (run === 'one' ? record : undefined),
  picture: async (run, file) => (run === 'one' && file === 'a.jpg' ? Uint8Array.of(0xff, 0xd8) : undefined),
};

describe('training runs over REST', () => {
  it('are listed, shown and illustrated', async () => {
    const { at } = await serve({ trainings });
    const list = (await (await fetch(at('/api/v1/trainings'))).json()) as { trainings: object[] };
    expect(list.trainings).toEqual([{ run: 'one', name: 'street', state: 'training', updated_at: 2 }]);
    const shown = await fetch(at('/api/v1/trainings/one'));
    expect(await shown.json()).toMatchObject({ ...record, run: 'one', server_time: expect.any(Number) });
    const picture = await fetch(at('/api/v1/trainings/one/pictures/a.jpg'));
    expect([picture.headers.get('content-type'), picture.headers.get('x-content-type-options')]).toEqual([
      'image/jpeg',
      'nosniff',
    ]);
  });

  it('are none where none are opened', async () => {
    const { at } = await serve();
    expect(await (await fetch(at('/api/v1/trainings'))).json()).toMatchObject({ trainings: [] });
    expect((await fetch(at('/api/v1/trainings/one'))).status).toBe(404);
  });

  it.each(['/one/pictures/b.jpg', '/one/pictures/..%2f..%2fetc%2fpasswd', '/two', '/..%2f..', '/two/pictures/a.jpg'])(
    'are not there: %s',
    async (path) => {
      const { at } = await serve({ trainings });
      expect((await fetch(at(`/api/v1/trainings${path}`))).status).toBe(404);
    },
  );

  it('need a login where everything does', async () => {
    const access = { tokens: [{ token: 'viewer-token-0123456789', role: 'viewer' }] } as const;
    const { at } = await serve({ trainings, access });
    for (const path of ['', '/one', '/one/pictures/a.jpg'])
      expect((await fetch(at(`/api/v1/trainings${path}`))).status).toBe(401);
  });
});
