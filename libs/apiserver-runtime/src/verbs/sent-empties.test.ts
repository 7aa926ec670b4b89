import { expect, test } from '@jest/globals';
import { graftEmpties } from './sent-empties';

test.each<[title: string, to: object, from: object, grafted: object | undefined]>([
  ['nothing to add', { a: 1 }, { a: 1 }, undefined],
  ['an empty map', { a: { b: 1 } }, { a: { b: 1, c: {} } }, { a: { b: 1, c: {} } }],
  ['an empty list, in a list', { a: [{}, { x: 1 }] }, { a: [{}, { y: [] }] }, { a: [{}, { x: 1, y: [] }] }],
  ['what there is already', { a: { b: 'filled in' } }, { a: {} }, undefined],
  ['what is not empty', {}, { a: 1, b: [1] }, undefined],
  ['a list that has grown shorter', { a: [{}] }, { a: [{}, { y: [] }] }, undefined],
  ['an odd key', {}, JSON.parse('{"__proto__":{}}') as object, JSON.parse('{"__proto__":{}}') as object],
])('%s', (_title, to, from, grafted) => {
  const before = JSON.stringify(to);
  expect(graftEmpties(to, from)).toBe(grafted !== undefined);
  expect(JSON.stringify(to)).toBe(grafted ? JSON.stringify(grafted) : before);
});
