import { describe, expect, test } from '@jest/globals';
import { Health } from './health';

function health(): Health {
  const made = new Health();
  made.add('etcd', () => undefined);
  made.add('informers', () => Promise.reject(new Error('not synced')), ['readyz']);
  return made;
}

describe('Health', () => {
  const cases = [
    { name: 'plain and well', endpoint: 'healthz', options: {}, status: 200, text: 'ok' },
    {
      name: 'verbose',
      endpoint: 'livez',
      options: { verbose: true },
      status: 200,
      text: '[+]ping ok\n[+]etcd ok\nlivez check passed\n',
    },
    {
      name: 'a failing check withholds its reason',
      endpoint: 'readyz',
      options: {},
      status: 500,
      text: '[+]ping ok\n[+]etcd ok\n[-]informers failed: reason withheld\nreadyz check failed\n',
    },
    { name: 'an excluded failure', endpoint: 'readyz', options: { exclude: ['informers'] }, status: 200, text: 'ok' },
    { name: 'one check alone', endpoint: 'readyz', options: { only: 'etcd' }, status: 200, text: 'ok' },
  ] as const;
  test.each(cases)('$name', async ({ endpoint, options, status, text }) => {
    expect(await health().answer(endpoint, options)).toEqual({ status, text });
  });

  test('an unknown check has no answer', async () => {
    expect(await health().answer('healthz', { only: 'nope' })).toBeUndefined();
  });
});
