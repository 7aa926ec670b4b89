import { beforeEach, describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { silentLogger } from '@navarch/base';
import type { KubeClient } from '@navarch/client';
import { FakeClock, settle } from '@navarch/testing';
import { StatusManager } from './status-manager';

const TARGET = { namespace: 'default', name: 'web', uid: 'u' };
const ready = (status: 'True' | 'False'): corev1.PodStatus => ({ conditions: [{ type: 'Ready', status }] });
const pod = (resourceVersion: string, status: corev1.PodStatus): corev1.Pod => ({
  metadata: { ...TARGET, resourceVersion },
  status,
});

describe('StatusManager', () => {
  let writes: {
    readonly status: corev1.PodStatus;
    answer(resourceVersion: string): Promise<void>;
  }[];
  let statuses: StatusManager;

  beforeEach(() => {
    writes = [];
    const patch = (_: string, __: string, { body }: { body: { status: corev1.PodStatus } }) =>
      new Promise(resolve => {
        writes.push({
          status: body.status,
          answer: async resourceVersion => {
            resolve(pod(resourceVersion, body.status));
            await settle();
          },
        });
      });
    const client = { resource: () => ({ patch }) } as unknown as KubeClient;
    statuses = new StatusManager({ client, clock: new FakeClock(), log: silentLogger });
    statuses.set(pod('1', {}), TARGET, ready('True'));
  });
  const last = () => writes.at(-1)!;

  test('what somebody else makes of a status is written again', async () => {
    await last().answer('2');
    statuses.observed('u', pod('2', ready('True')));
    expect(writes).toHaveLength(1);
    statuses.observed('u', pod('3', ready('False')));
    expect(writes).toHaveLength(2);
    expect(last().status).toEqual(ready('True'));
  });

  test('news that is older than the last write is none', async () => {
    await last().answer('3');
    statuses.observed('u', pod('2', ready('False')));
    expect(writes).toHaveLength(1);
  });

  test.each<[string, corev1.Pod[], number]>([
    ['our own', [pod('2', ready('True'))], 1],
    ['our own, and what somebody else made of it', [pod('2', ready('True')), pod('3', ready('False'))], 2],
    ['something older', [pod('1', ready('False'))], 1],
  ])('news may overtake the answer to a write: %s', async (_, news, count) => {
    for (const object of news) statuses.observed('u', object);
    expect(writes).toHaveLength(1);
    await last().answer('2');
    expect(writes).toHaveLength(count);
    if (count === 2) await last().answer('4');
    else if (news[0]!.metadata!.resourceVersion === '1') statuses.observed('u', pod('2', ready('True')));
    // Later news counts again, whatever came in which order.
    if (count === 2) statuses.observed('u', pod('4', ready('True')));
    statuses.observed('u', pod('5', ready('False')));
    expect(writes).toHaveLength(count + 1);
  });

  test('a write that changes nothing is not waited for', async () => {
    await last().answer('2');
    statuses.observed('u', pod('2', ready('True')));
    statuses.observed('u', pod('3', ready('False')));
    statuses.observed('u', pod('4', ready('True')));
    await last().answer('4');
    statuses.observed('u', pod('5', ready('False')));
    expect(writes).toHaveLength(3);
  });
});
