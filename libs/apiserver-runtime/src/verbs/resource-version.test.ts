import { expect, test } from '@jest/globals';
import { askedRevision, namesRevision, revisionOf } from './resource-version';

test.each([
  ['', 0],
  ['0', 0],
  ['00', 0],
  ['17', 17],
  ['18446744073709551615', 2 ** 64],
])('%j is revision %d', (text, revision) => {
  expect([revisionOf(text), askedRevision(text, 'cache'), askedRevision(text, 'store')]).toEqual([
    revision,
    revision,
    revision,
  ]);
});

const syntax = (text: string) => `strconv.ParseUint: parsing "${text}": invalid syntax`;
const range = 'strconv.ParseUint: parsing "18446744073709551616": value out of range';

test.each([
  ['x', syntax('x')],
  ['-1', syntax('-1')],
  ['+1', syntax('+1')],
  ['1.5', syntax('1.5')],
  ['18446744073709551616', range],
])('%j is no revision', (text, why) => {
  const finding = `resourceVersion: Invalid value: "${text}": ${why}`;
  expect(() => revisionOf(text)).toThrow(expect.objectContaining({ code: 500, message: why }));
  expect(() => askedRevision(text, 'cache')).toThrow(expect.objectContaining({ code: 500, message: finding }));
  expect(() => askedRevision(text, 'store')).toThrow(
    expect.objectContaining({ code: 400, message: `invalid resource version: ${finding}` }),
  );
});

test.each([
  ['', false],
  ['0', false],
  ['x', false],
  ['18446744073709551616', false],
  ['5', true],
])('%j names a revision: %j', (text, is) => expect(namesRevision(text)).toBe(is));
