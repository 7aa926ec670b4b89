import { expect, test } from '@jest/globals';
import { isAutoMade, markedInvalid, usageLabels } from './legacy-usage';

const NOW = Date.parse('2026-01-01T23:30:00Z');
const secret = (labels: Record<string, string>) => ({ metadata: { namespace: 'n', name: 's', labels } });

test.each<[string, Record<string, string>, boolean]>([
  ['never', {}, true],
  ['yesterday', { 'kubernetes.io/legacy-token-last-used': '2025-12-31' }, true],
  ['today', { 'kubernetes.io/legacy-token-last-used': '2026-01-01' }, false],
  ['tomorrow, by the clock of another server', { 'kubernetes.io/legacy-token-last-used': '2026-01-02' }, false],
])('a token last used %s', (_name, labels, changes) => {
  const want = {
    'kubernetes.io/legacy-token-last-used': '2026-01-01',
    'kubernetes.io/legacy-token-invalid-since': null,
  };
  expect(usageLabels(secret(labels), NOW)).toEqual(changes ? want : undefined);
});

test('one that is marked invalid says how to get it back', () => {
  expect(markedInvalid(secret({}), 'a')).toBeUndefined();
  expect(markedInvalid(secret({ 'kubernetes.io/legacy-token-invalid-since': '2025-12-01' }), 'a')).toContain(
    'the token in secret n/s for service account n/a has been marked invalid',
  );
});

test.each([
  [[{ name: 's' }], true],
  [[{ name: 'other' }], false],
  [undefined, false],
])('a token whose account names %j was made without being asked for: %s', (secrets, want) => {
  expect(isAutoMade(secret({}), { ...(secrets && { secrets }) })).toBe(want);
});
