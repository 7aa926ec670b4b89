import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

const V1 = '/apis/events.k8s.io/v1/namespaces/x/events';
const event = {
  regarding: { kind: 'Pod', namespace: 'x', name: 'p' },
  eventTime: '2021-01-01T00:00:00.000000Z',
  reportingController: 'example.com/c',
  reportingInstance: 'i',
  action: 'a',
  reason: 'r',
  type: 'Normal',
};

describe('an event of events.k8s.io/v1', () => {
  test('is looked at as any event, then its metadata, then strictly', () => {
    expect(ask(V1).created({ metadata: { labels: { 'Bad!': '' } }, regarding: { namespace: 'y' } })).toEqual([
      'involvedObject.namespace: Invalid value: "y": does not match event.namespace',
      expect.stringContaining('metadata.labels: Invalid value: "Bad!"'),
      'eventTime: Required value',
      'type: Invalid value: "": has invalid value: ',
    ]);
  });
  test.each<[string, number, object, string[]]>([
    ['a reason, which v1.20 compares with itself', 20, { reason: 's' }, []],
    ['a reason', 33, { reason: 's' }, ['reason', 'reason']],
    ['another kind of thing', 33, { regarding: { ...event.regarding, kind: 'Node' } }, ['involvedObject']],
    ['a series that began only now', 33, { series: { count: 1 } }, ['series.count', 'series.lastObservedTime']],
    ['nothing', 33, {}, []],
  ])('may not change %s (1.%d)', (_, emulated, change, fields) => {
    const asked = ask(V1, emulated).changed(event, stored => ({ ...stored, ...change }));
    const own = asked.filter(text => !text.startsWith('metadata.'));
    expect(own.map(text => text.slice(0, text.indexOf(':')))).toEqual(fields);
  });
});

test.each([
  ['/api/v1', 25, 'reportingController'],
  ['/api/v1', 26, 'reportingComponent'],
  ['/apis/events.k8s.io/v1', 33, 'reportingController'],
])('the reporter of an event of %s is called so by 1.%d: %s', (version, emulated, name) => {
  const [finding] = ask(`${version}/namespaces/x/events`, emulated).created({
    [version === '/api/v1' ? 'involvedObject' : 'regarding']: { namespace: 'x' },
    eventTime: event.eventTime,
  });
  expect(finding).toBe(`${name}: Required value`);
});
