import { expect, test } from '@jest/globals';
import { notFound } from '@navarch/apimachinery';
import { Registry } from '@navarch/base';
import type { Transport, TransportResponse } from './interfaces';
import { MeasuredTransport } from './measured-transport';
import { TransportError } from './transport-error';

const answers: Record<string, () => Promise<TransportResponse>> = {
  '/ok': () => Promise.resolve({ status: 201, headers: {}, body: Buffer.alloc(0) }),
  '/none': () => Promise.reject(notFound({ group: '', resource: 'pods' }, 'none')),
  '/lost': () => Promise.reject(new TransportError('broken', 'the connection ended')),
};
const fake: Transport = {
  send: ({ path }) => answers[path]!(),
  stream: async () => (async function* () {})(),
  close: () => Promise.resolve(),
};

test('requests are counted by method and by what was answered', async () => {
  const metrics = new Registry();
  const transport = new MeasuredTransport(fake, { metrics, host: 'h:1' });
  await transport.send({ method: 'POST', path: '/ok' });
  await transport.send({ method: 'GET', path: '/none' }).catch(() => undefined);
  await transport.send({ method: 'GET', path: '/lost' }).catch(() => undefined);
  await transport.stream({ method: 'GET', path: '/watch' });
  const lines = (await metrics.metrics()).split('\n').filter(line => /^rest_client.*(total|count)\{/.test(line));
  expect(lines.sort()).toEqual([
    'rest_client_request_duration_seconds_count{host="h:1",verb="GET"} 3',
    'rest_client_request_duration_seconds_count{host="h:1",verb="POST"} 1',
    'rest_client_requests_total{code="200",host="h:1",method="GET"} 1',
    'rest_client_requests_total{code="201",host="h:1",method="POST"} 1',
    'rest_client_requests_total{code="404",host="h:1",method="GET"} 1',
    'rest_client_requests_total{code="<error>",host="h:1",method="GET"} 1',
  ]);
});

test('a failure stays what it is', async () => {
  const transport = new MeasuredTransport(fake, { metrics: new Registry(), host: 'h:1' });
  await expect(transport.send({ method: 'GET', path: '/lost' })).rejects.toThrow('the connection ended');
});
