import { expect, test } from '@jest/globals';
import { createTestPki } from '@navarch/testing';
import { secureContextOf } from './secure-contexts';

test('a context is made once for the same texts, and what cannot be read is refused each time', async () => {
  const pki = await createTestPki();
  pki.remove();
  expect(secureContextOf({ ca: pki.caPem })).toBe(secureContextOf({ ca: pki.caPem }));
  expect(secureContextOf({ ca: pki.caPem })).not.toBe(secureContextOf({}));
  for (let i = 0; i < 2; i++) expect(() => secureContextOf({ cert: 'none', key: 'none' })).toThrow();
});
