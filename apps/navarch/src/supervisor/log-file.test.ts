import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lastLines, openLog, rotateLog } from './log-file';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'log-'));
  file = path.join(folder, 'a/b.log');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test('a log past its limit begins anew for who has it open, and the old part is kept', () => {
  const handle = openLog(file);
  fs.writeSync(handle, 'old\n');
  expect(rotateLog(file, 5)).toBe(false);
  fs.writeSync(handle, 'lines\n');
  expect(rotateLog(file, 5)).toBe(true);
  fs.writeSync(handle, 'new\n');
  fs.closeSync(handle);
  expect(fs.readFileSync(file, 'utf8')).toBe('new\n');
  expect(fs.readFileSync(`${file}.1`, 'utf8')).toBe('old\nlines\n');
});

test.each([
  [2, 'b\nc\n'],
  [10, 'a\nb\nc\n'],
  [0, ''],
])('the last %i lines', (count, lines) => {
  fs.closeSync(openLog(file));
  fs.writeFileSync(file, 'a\nb\nc\n');
  expect(lastLines(file, count)).toBe(lines);
});

test('a log that is not there has no lines', () => {
  expect(lastLines(file, 5)).toBe('');
});
