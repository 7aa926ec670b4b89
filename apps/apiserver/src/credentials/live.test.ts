import { expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import { tempDir } from '@navarch/testing';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LiveFiles, type Live } from './live';

const next = <T>(live: Live<T>) => new Promise<T>(resolve => live.onChange(resolve));

test('a value follows its file: written, replaced, and not when it says nothing that can be read', async () => {
  const dir = tempDir('navarch-live-');
  const file = join(dir.path, 'number');
  writeFileSync(file, '1');
  const files = new LiveFiles(silentLogger);
  const live = files.follow('number', read => {
    const number = Number(read(file));
    if (Number.isNaN(number)) throw new Error('no number');
    return number;
  });
  expect(live.current).toBe(1);
  let change = next(live);
  writeFileSync(file, '2');
  expect(await change).toBe(2);
  change = next(live);
  writeFileSync(file, 'x');
  writeFileSync(`${file}.new`, '3');
  renameSync(`${file}.new`, file);
  expect(await change).toBe(3);
  expect(live.current).toBe(3);
  await files.stop();
  dir.remove();
});

test('a mounted Secret changes by a link in its folder', async () => {
  const dir = tempDir('navarch-live-');
  const at = (...parts: string[]) => join(dir.path, ...parts);
  for (const [version, text] of [
    ['v1', 'old'],
    ['v2', 'new'],
  ] as const) {
    mkdirSync(at(version));
    writeFileSync(at(version, 'tls.crt'), text);
  }
  symlinkSync('v1', at('..data'));
  symlinkSync('..data/tls.crt', at('tls.crt'));
  const files = new LiveFiles(silentLogger);
  const live = files.follow('certificate', read => read(at('tls.crt')));
  const change = next(live);
  symlinkSync('v2', at('..tmp'));
  renameSync(at('..tmp'), at('..data'));
  expect(await change).toBe('new');
  await files.stop();
  dir.remove();
});

test('what cannot be read at first is thrown', () => {
  expect(() => new LiveFiles(silentLogger).follow('x', read => read('/nowhere/x'))).toThrow('ENOENT');
});
