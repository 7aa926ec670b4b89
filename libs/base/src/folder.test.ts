import { afterAll, expect, test } from '@jest/globals';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { itemOf } from './folder';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-folder-'));
const root = path.join(dir, 'root');
fs.mkdirSync(path.join(root, 'pods'), { recursive: true });
fs.writeFileSync(path.join(root, 'a<b?#.log'), 'hello');
fs.writeFileSync(path.join(dir, 'secret'), 'secret');
fs.symlinkSync(path.join(dir, 'secret'), path.join(root, 'outside'));
fs.symlinkSync('pods', path.join(root, 'inside'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

test.each([
  ['a<b?#.log', { file: path.join(root, 'a<b?#.log'), size: 5 }],
  ['inside', { page: '<pre>\n</pre>\n' }],
  ['outside', undefined],
  ['../secret', undefined],
  ['pods/../../secret', undefined],
  ['none', undefined],
  ['a\0b', undefined],
])('%j', async (name, found) => expect(await itemOf(root, name)).toEqual(found));

test('a folder is a page of links', async () => {
  expect(await itemOf(root, '')).toEqual({
    page: '<pre>\n<a href="a%3Cb%3F%23.log">a&lt;b?#.log</a>\n<a href="inside">inside</a>\n<a href="outside">outside</a>\n<a href="pods/">pods/</a>\n</pre>\n',
  });
});
