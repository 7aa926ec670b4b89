import { expect, test } from '@jest/globals';
import { staleFlows } from './conntrack';
import { endpoint, servicePort } from './testkit';

const udp = (ips: string[], nodePort = 0) =>
  servicePort({ protocol: 'UDP', nodePort, endpoints: ips.map(ip => endpoint(ip)) });
const cases = [
  {
    name: 'a vanished endpoint',
    before: [udp(['a', 'b'])],
    after: [udp(['b'])],
    want: [{ destination: { ip: '10.96.0.7' }, endpointIP: 'a' }],
  },
  {
    name: 'a vanished service',
    before: [udp(['a'])],
    after: [],
    want: [{ destination: { ip: '10.96.0.7' }, endpointIP: 'a' }],
  },
  {
    name: 'a first endpoint frees the flows that found none',
    before: [udp([])],
    after: [udp(['a'], 31000)],
    want: [{ destination: { ip: '10.96.0.7' } }, { destination: { nodePort: 31000 } }],
  },
  { name: 'nothing changed', before: [udp(['a'])], after: [udp(['a'])], want: [] },
  { name: 'TCP ends its own connections', before: [servicePort({ endpoints: [endpoint('a')] })], after: [], want: [] },
];
test.each(cases)('staleFlows: $name', ({ before, after, want }) => {
  expect(staleFlows(before, after)).toEqual(want);
});
