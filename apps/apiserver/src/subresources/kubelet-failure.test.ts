import { expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { failureOf, kubeletFailure } from './kubelet-failure';

const LOG = { group: '', resource: 'pods/log' };

test.each<[number, string, { code: number; reason: string; message: string }]>([
  [400, 'container is waiting', { code: 400, reason: 'BadRequest', message: 'container is waiting' }],
  [
    404,
    'gone',
    {
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource ( pods/log web)',
    },
  ],
  [500, 'broken', { code: 500, reason: 'InternalError', message: 'Internal error occurred: broken' }],
  [503, '', { code: 503, reason: '', message: 'the kubelet answered 503' }],
])('%d %j', (status, text, expected) => {
  expect(failureOf(status, text, LOG, 'web')).toMatchObject(expected);
});

test('what a kubelet says is read up to a bound', async () => {
  const body = Object.assign(Readable.from([Buffer.alloc(60_000, 'x')]), { statusCode: 400 });
  const failure = await kubeletFailure(body, LOG, 'web');
  expect(failure.message).toHaveLength(50_000);
});
