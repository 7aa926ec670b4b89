import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseLogLine } from './cri-log';
import { readLog, type FollowedContainer, type LogOptions } from './read-log';
import { rotatedName, rotationsToRemove } from './rotator';

let dir: string;
let log: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'logs-'));
  log = path.join(dir, '0.log');
});
afterEach(() => rm(dir, { recursive: true }));

const line = (second: number, text: string, stream = 'stdout', tag = 'F') =>
  `2024-01-02T03:04:${String(second).padStart(2, '0')}.000000001Z ${stream} ${tag} ${text}\n`;
const SAMPLE = [
  line(1, 'one'),
  line(2, 'two', 'stderr'),
  line(3, 'par', 'stdout', 'P'),
  line(3, 'tial'),
  line(4, 'four'),
].join('');

async function read(options: Partial<LogOptions>): Promise<string> {
  const chunks: Buffer[] = [];
  const take = (chunk: Buffer) => Promise.resolve(chunks.push(Buffer.from(chunk)) > 0);
  await readLog(log, { follow: false, timestamps: false, ...options }, take, undefined, new AbortController().signal);
  return Buffer.concat(chunks).toString();
}

describe('parseLogLine', () => {
  test.each([
    [
      '2024-01-02T03:04:05Z stdout F hello',
      { time: '2024-01-02T03:04:05Z', stream: 'stdout', partial: false, content: 'hello\n' },
    ],
    ['t stderr P part ', { time: 't', stream: 'stderr', partial: true, content: 'part ' }],
    ['t stdout F:x ', { time: 't', stream: 'stdout', partial: false, content: '\n' }],
    ['t stdout F', { time: 't', stream: 'stdout', partial: false, content: '\n' }],
  ])('%j', (entry, want) => {
    const parsed = parseLogLine(Buffer.from(entry))!;
    expect({ ...parsed, content: parsed.content.toString() }).toEqual(want);
  });
  test.each(['', 'garbage', 't other F x'])('%j is none', entry =>
    expect(parseLogLine(Buffer.from(entry))).toBeUndefined(),
  );
});

describe('readLog', () => {
  test.each<[Partial<LogOptions>, string]>([
    [{}, 'one\ntwo\npartial\nfour\n'],
    [{ tailLines: 1 }, 'four\n'],
    [{ tailLines: 0 }, ''],
    [{ tailLines: 99 }, 'one\ntwo\npartial\nfour\n'],
    [{ stream: 'stderr' }, 'two\n'],
    [{ since: Date.parse('2024-01-02T03:04:03Z') }, 'partial\nfour\n'],
    [{ limitBytes: 6 }, 'one\ntw'],
    [{ timestamps: true, tailLines: 1 }, '2024-01-02T03:04:04.000000001Z four\n'],
  ])('%j', async (options, want) => {
    await writeFile(log, SAMPLE);
    expect(await read(options)).toBe(want);
  });

  test('reads across chunks, and finds the tail of a large file', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => line(1, `line ${i}`));
    await writeFile(log, many.join(''));
    expect((await read({})).split('\n')).toHaveLength(5001);
    expect(await read({ tailLines: 2 })).toBe('line 4998\nline 4999\n');
  });

  test('follows what is added, through rotation, until the container has ended', async () => {
    await writeFile(log, line(1, 'one'));
    let [ended, tell] = [false, () => undefined as void];
    const container: FollowedContainer = {
      ended: () => Promise.resolve(ended),
      onChange: listener => {
        tell = listener;
        return { [Symbol.dispose]: () => undefined };
      },
    };
    let text = '';
    let more: () => void = () => undefined;
    const seen = (part: string) =>
      new Promise<void>(resolve => {
        more = () => text.includes(part) && resolve();
        more();
      });
    const take = (chunk: Buffer) => {
      text += chunk.toString();
      more();
      return Promise.resolve(true);
    };
    const reading = readLog(log, { follow: true, timestamps: false }, take, container, new AbortController().signal);
    await seen('one');
    await appendFile(log, line(2, 'two'));
    await seen('two');
    await rename(log, `${log}.old`);
    await appendFile(`${log}.old`, line(3, 'three'));
    await writeFile(log, line(4, 'four'));
    await seen('four');
    await appendFile(log, line(5, 'five'));
    ended = true;
    tell();
    await reading;
    expect(text).toBe('one\ntwo\nthree\nfour\nfive\n');
  });

  test('a reader that goes away ends it', async () => {
    await writeFile(log, line(1, 'one'));
    const gone = new AbortController();
    const reading = readLog(
      log,
      { follow: true, timestamps: false },
      () => Promise.resolve(true),
      undefined,
      gone.signal,
    );
    gone.abort();
    await reading;
    expect(gone.signal.aborted).toBe(true);
  });
});

describe('rotation', () => {
  test('names by time', () =>
    expect(rotatedName('/x/0.log', Date.parse('2024-01-02T03:04:05Z'))).toBe('/x/0.log.20240102-030405'));
  test('removes the oldest', () => expect(rotationsToRemove(['c', 'a', 'b'], 2)).toEqual(['a']));
});
