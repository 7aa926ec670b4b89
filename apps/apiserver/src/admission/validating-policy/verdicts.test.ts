import { expect, test } from '@jest/globals';
import { attributes } from '../../testing/attributes';
import type { Finding } from './evaluation';
import { Verdicts } from './verdicts';

const binding = { metadata: { name: 'b' }, spec: { validationActions: ['Audit'] } };
const finding = (message: string, index: number): Finding => ({ message, index, reason: undefined, isError: false });

test('the audit log has the first finding and all values of an annotation', () => {
  const verdicts = new Verdicts();
  const annotations = (value: string) => [{ key: 'k', value }];
  verdicts.add({ metadata: { name: 'p' } }, binding, {
    findings: [finding('a <= b', 1), finding('c', 2)],
    annotations: annotations('x'),
  });
  verdicts.add({ metadata: { name: 'p' } }, binding, { findings: [], annotations: annotations('x') });
  verdicts.add({ metadata: { name: 'p' } }, binding, { findings: [], annotations: annotations('y') });
  const told: [string, string][] = [];
  verdicts.publish({ ...attributes({}), annotate: (key, value) => void told.push([key, value]) });
  expect(told).toEqual([
    [
      'validation.policy.admission.k8s.io/validation_failure',
      '[{"message":"a \\u003c= b","policy":"p","binding":"b","expressionIndex":1,"validationActions":["Audit"]}]',
    ],
    ['p/k', 'x, y'],
  ]);
});
