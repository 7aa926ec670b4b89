import { expect, test } from '@jest/globals';
import { node, pod } from '../testkit';
import { Nominations } from './nominations';

const withPriority = (name: string, priority: number) => {
  const info = pod({ name, requests: { cpu: '1' } });
  return { ...info, pod: { ...info.pod, spec: { ...info.pod.spec!, priority } } };
};

test('a nominated place is kept from what is less important, until the pod is there or nominated elsewhere', () => {
  const nominations = new Nominations();
  const [a, b] = [node('a'), node('b')];
  const [high, same, low] = [withPriority('high', 5), withPriority('same', 5), withPriority('low', 1)];
  const taken = (asking: typeof high, where = a) => nominations.reserve(where, asking).requested.milliCPU;
  nominations.set(high, 'a');
  expect([taken(low), taken(same), taken(high), taken(withPriority('higher', 9))]).toEqual([1000, 1000, 0, 0]);
  nominations.set(high, 'b');
  expect([taken(low, a), taken(low, b)]).toEqual([0, 1000]);
  nominations.remove(high.pod.metadata!.uid!);
  expect(taken(low, b)).toBe(0);
});
