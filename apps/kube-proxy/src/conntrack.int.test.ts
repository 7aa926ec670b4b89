import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { flushFlows, type StaleFlow } from './conntrack';
import { hasProgram } from './testkit';

const able = process.getuid?.() === 0 && hasProgram('conntrack') && hasProgram('ip');
if (!able) console.warn('skipped: UDP flows in the kernel (needs root, conntrack and iproute2)');

(able ? describe : describe.skip)('flushFlows in a network namespace of its own', () => {
  const namespace = `nv-flows-test-${process.pid}`;
  const enter = ['nsenter', `--net=/run/netns/${namespace}`];
  const conntrack = (...args: string[]) =>
    execFileSync(enter[0]!, [...enter.slice(1), 'conntrack', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  const known = () =>
    [...conntrack('-L').matchAll(/^udp .*? dport=(\d+)/gm)].map(([, port]) => Number(port)).sort((a, b) => a - b);
  beforeAll(() => void execFileSync('ip', ['netns', 'add', namespace]));
  afterAll(() => void execFileSync('ip', ['netns', 'del', namespace]));

  const began = (to: string, port: number, endpointIP: string) =>
    conntrack(...`-I -t 600 -p udp -s 10.0.0.1 --sport 9 -d ${to} --dport ${port} --dst-nat ${endpointIP}`.split(' '));
  test.each<[string, StaleFlow, readonly number[]]>([
    ['to an address', { destination: { ip: '10.96.0.7' } }, [31000, 31001]],
    [
      'to an address and an endpoint',
      { destination: { ip: '10.96.0.7' }, endpointIP: '10.244.0.2' },
      [54, 31000, 31001],
    ],
    ['to a node port', { destination: { nodePort: 31000 } }, [53, 54, 31001]],
    ['to a node port and an endpoint', { destination: { nodePort: 31001 }, endpointIP: '10.244.0.3' }, [53, 54, 31000]],
    ['of which there is none', { destination: { nodePort: 31002 } }, [53, 54, 31000, 31001]],
  ])('ends those %s', async (_, flow, left) => {
    conntrack('-F');
    began('10.96.0.7', 53, '10.244.0.2');
    began('10.96.0.7', 54, '10.244.0.3');
    began('192.0.2.1', 31000, '10.244.0.2');
    began('192.0.2.1', 31001, '10.244.0.3');
    await flushFlows([flow], enter);
    expect(known()).toEqual(left);
  });
});
