import { expect, test } from '@jest/globals';
import { kernelSettings } from './sysctl';

test.each([
  [{ established: 86_400_000, closeWait: 3_600_000 }, ['86400', '3600']],
  [{ established: 500, closeWait: 0 }, ['1', undefined]],
  [{ established: 0, closeWait: 0 }, [undefined, undefined]],
])('kernelSettings(%j)', (timeouts, want) => {
  const settings = kernelSettings(timeouts);
  expect(['established', 'close_wait'].map(name => settings[`net/netfilter/nf_conntrack_tcp_timeout_${name}`])).toEqual(
    want,
  );
  expect(settings['net/ipv4/ip_forward']).toBe('1');
});
