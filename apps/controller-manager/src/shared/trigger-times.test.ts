import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { TRIGGER_TIME, TriggerTimes, withTriggerTime } from './trigger-times';

const service: corev1.Service = { metadata: { name: 's', creationTimestamp: '2024-01-01T00:00:00Z' } };
const pod = (name: string, minute?: number): corev1.Pod => ({
  metadata: { name },
  status: {
    conditions:
      minute === undefined
        ? []
        : [{ type: 'Ready', status: 'True', lastTransitionTime: `2024-01-01T00:0${minute}:00Z` }],
  },
});

test('the time of a change is that of the service first, then of the earliest pod that changed', () => {
  const times = new TriggerTimes();
  const look = (...pods: corev1.Pod[]) => times.look('n/s', service, pods);
  expect(look(pod('a', 5))).toBe('2024-01-01T00:00:00Z');
  expect(look(pod('a', 5))).toBeUndefined();
  expect(look(pod('a', 7), pod('b', 6), pod('c'))).toBe('2024-01-01T00:06:00Z');
  expect(look(pod('b', 6))).toBeUndefined();
  times.forget('n/s');
  expect(look(pod('b', 6))).toBe('2024-01-01T00:00:00Z');
});

test('an update that no change caused takes the time away', () => {
  expect(withTriggerTime({ a: 'b', [TRIGGER_TIME]: 'old' }, undefined)).toEqual({ a: 'b' });
  expect(withTriggerTime(undefined, 'now')).toEqual({ [TRIGGER_TIME]: 'now' });
});
