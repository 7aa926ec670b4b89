import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { silentLogger } from '@navarch/base';
import { FakeClock, tempDir } from '@navarch/testing';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AuditEvent } from './event';
import { LogFile, backupName, outdatedBackups, timeOfBackup } from './log-file';

const PLAIN = {
  maxBytes: 0,
  maxBackups: 0,
  maxAgeDays: 0,
  compress: false,
  line: (event: object) => JSON.stringify(event),
};
const event = (n: number) => ({ event: n }) as unknown as AuditEvent;
const NOW = Date.parse('2024-01-02T03:04:05.678Z');

test('a file that is put aside has the time in its name', () => {
  expect(backupName('/var/log/audit.log', NOW)).toBe('/var/log/audit-2024-01-02T03-04-05.678.log');
  expect(timeOfBackup('audit.log', 'audit-2024-01-02T03-04-05.678.log')).toBe(NOW);
  expect(timeOfBackup('audit.log', 'audit-2024-01-02T03-04-05.678.log.gz')).toBe(NOW);
});

test.each(['audit.log', 'audit-old.log', 'audit-2024-01-02T03-04-05.678.txt', 'other-2024-01-02T03-04-05.678.log'])(
  '%s is no backup',
  name => {
    expect(timeOfBackup('audit.log', name)).toBeUndefined();
  },
);

describe('outdatedBackups', () => {
  const day = (n: number) => backupName('audit.log', NOW - n * 86_400_000 - 1);
  const names = [day(3), day(0), day(2), day(1)];
  test.each([
    [0, 0, []],
    [2, 0, [day(2), day(3)]],
    [0, 2, [day(2), day(3)]],
    [1, 3, [day(1), day(2), day(3)]],
  ])('at most %d, of %d days', (maxBackups, maxAgeDays, want) => {
    expect(outdatedBackups('audit.log', names, { maxBackups, maxAgeDays }, NOW)).toEqual(want);
  });
});

describe('LogFile', () => {
  let dir: ReturnType<typeof tempDir>;
  beforeEach(() => {
    dir = tempDir('navarch-audit-');
  });
  afterEach(() => dir.remove());

  test('writes lines, puts the file aside when it is full, and loses none', async () => {
    const path = join(dir.path, 'audit.log');
    const clock = new FakeClock();
    const options = { ...PLAIN, path, maxBytes: 25, maxBackups: 2 };
    const file = new LogFile(options, clock, silentLogger);
    for (let n = 0; n < 8; n++) {
      await file.write([event(n)]);
      await clock.advance(1000);
    }
    await file.stop();
    const again = new LogFile(options, clock, silentLogger);
    await again.write([event(8)]);
    await again.stop();
    const names = readdirSync(dir.path).sort();
    expect(names).toHaveLength(3);
    const text = names.map(name => readFileSync(join(dir.path, name), 'utf8')).join('');
    // Two lines fit a file; the oldest file has gone.
    expect(text.trim().split('\n').sort()).toEqual([4, 5, 6, 7, 8].map(n => `{"event":${n}}`));
  });

  test('what is put aside is compressed when all of it is written', async () => {
    const path = join(dir.path, 'audit.log');
    const clock = new FakeClock();
    const options = { ...PLAIN, path, maxBytes: 25, maxBackups: 2, compress: true };
    const file = new LogFile(options, clock, silentLogger);
    for (let n = 0; n < 8; n++) {
      void file.write([event(n)]);
      await clock.advance(1000);
    }
    await file.stop();
    const packed = readdirSync(dir.path).filter(name => name !== 'audit.log');
    expect(packed.every(name => name.endsWith('.log.gz'))).toBe(true);
    const text = packed.sort().map(name => gunzipSync(readFileSync(join(dir.path, name))).toString());
    expect(text.join('').trim().split('\n')).toEqual([2, 3, 4, 5].map(n => `{"event":${n}}`));
  });

  test('a disk that is full refuses each event, not only the first', async () => {
    const file = new LogFile({ ...PLAIN, path: '/dev/full' }, new FakeClock(), silentLogger);
    for (let n = 0; n < 2; n++) await expect(file.write([event(n)])).rejects.toThrow('ENOSPC');
    await file.stop();
  });
});
