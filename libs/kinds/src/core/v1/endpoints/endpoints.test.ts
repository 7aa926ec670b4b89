import { expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { validateEndpointsUpdate } from './validation';

const endpoints = (...ips: string[]): corev1.Endpoints => ({ subsets: [{ addresses: ips.map(ip => ({ ip })) }] });

test.each([
  ['lets addresses be which are there', 33, endpoints('nope'), 0],
  ['looks at them when they change', 33, endpoints('nope', '1.2.3.4'), 2],
  ['looked at them each time', 32, endpoints('nope'), 2],
])('%s (1.%d)', (_, emulated, changed, count) => {
  expect(validateEndpointsUpdate(changed, endpoints('nope'), { emulated })).toHaveLength(count);
});
