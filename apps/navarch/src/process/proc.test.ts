import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { gone, identify, isAlive, parseStat, signal, terminate } from './proc';

describe('parseStat', () => {
  const tail = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20';
  test.each([
    ['a plain name', `42 (sleep) S ${tail}`, { pid: 42, startTime: '4711' }],
    ['a name with parentheses and spaces', `42 (a) b (c) R ${tail}`, { pid: 42, startTime: '4711' }],
    ['a zombie, which is no process any more', `42 (sleep) Z ${tail}`, undefined],
    ['nonsense', '42', undefined],
  ])('%s', (_, stat, id) => {
    expect(parseStat(42, stat)).toEqual(id);
  });
});

describe('a process', () => {
  test('is told from another that has its pid now', () => {
    const self = identify(process.pid)!;
    expect(isAlive(self)).toBe(true);
    const other = { ...self, startTime: '1' };
    expect(isAlive(other)).toBe(false);
    expect(signal(other, 'SIGKILL')).toBe(false);
  });

  test('that ignores SIGTERM is killed after its grace', async () => {
    const child = spawn('/bin/sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise(resolve => child.stdout.once('data', resolve));
    const id = identify(child.pid!)!;
    const ended = new Promise(resolve => child.once('exit', (_, how) => resolve(how)));
    await terminate(id, 50);
    expect(await ended).toBe('SIGKILL');
    expect(await gone(id, 0)).toBe(true);
  });
});
