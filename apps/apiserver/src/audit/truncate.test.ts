import { expect, test } from '@jest/globals';
import type { AuditEvent } from './event';
import { withinBounds } from './truncate';

const event = (id: number, body = '') => ({ id, ...(body && { requestObject: body, responseObject: body }) });
const long = 'x'.repeat(100);

test.each<[string, object[], object[][]]>([
  ['short events in one batch', [event(1), event(2)], [[event(1), event(2)]]],
  ['a long one without its bodies', [event(1, long)], [[{ id: 1, annotations: { 'audit.k8s.io/truncated': 'true' } }]]],
  [
    'its annotations stay',
    [{ annotations: { a: 'b' }, requestObject: long }],
    [[{ annotations: { a: 'b', 'audit.k8s.io/truncated': 'true' } }]],
  ],
  ['one that is too long without bodies too', [{ user: long }, event(2)], [[event(2)]]],
  [
    'a batch that is too long in parts',
    [event(1, '0123456789'), event(2, '0123456789'), event(3)],
    [[event(1, '0123456789')], [event(2, '0123456789'), event(3)]],
  ],
])('%s', (_name, events, want) => {
  expect(withinBounds(events as AuditEvent[], { maxBatchBytes: 90, maxEventBytes: 75 })).toEqual(want);
});
