import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock, type Clock } from '@navarch/base';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '../process/proc';
import { ManagedProcess } from './managed-process';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'managed-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Delays is a clock whose `after` runs at once and notes how long it should have waited. */
class Delays implements Clock {
  readonly waited: number[] = [];
  constructor(private readonly limit: number) {}
  now = () => systemClock.now();
  sleep = systemClock.sleep;
  after(ms: number, fn: () => void): Disposable {
    this.waited.push(ms);
    if (this.waited.length < this.limit) setImmediate(fn);
    return { [Symbol.dispose]: () => undefined };
  }
}

function manage(command: string[], clock: Clock, crashed: (how: string) => void = () => undefined): ManagedProcess {
  return new ManagedProcess({
    spec: { name: 'one', command, after: [], graceMs: 2_000 },
    command: () => command,
    log: path.join(folder, 'one.log'),
    clock,
    started: () => undefined,
    crashed: (_, how) => crashed(how),
  });
}

describe('ManagedProcess', () => {
  test('a crash is followed by restarts after delays that double', async () => {
    const clock = new Delays(4);
    const hows: string[] = [];
    let done: () => void;
    const fourth = new Promise<void>(resolve => (done = resolve));
    const managed = manage(['/bin/sh', '-c', 'echo started; exit 3'], clock, how => hows.push(how) === 4 && done());
    await managed.start();
    await fourth;
    expect(hows).toEqual(Array(4).fill('exit code 3'));
    expect(clock.waited).toEqual([200, 400, 800, 1600]);
    expect(managed.restarts).toBe(3);
    expect(managed.state).toBe('backoff');
    await managed.stop();
    expect(fs.readFileSync(path.join(folder, 'one.log'), 'utf8')).toBe('started\n'.repeat(4));
  });

  test('a program that is missing counts as a crash', async () => {
    let heard: (how: string) => void;
    const crash = new Promise<string>(resolve => (heard = resolve));
    const managed = manage(['/no/such/program'], new Delays(0), how => heard(how));
    await managed.start();
    expect(await crash).toContain('ENOENT');
    await managed.stop();
  });

  test('stop ends it for good; restart makes another', async () => {
    const clock = new Delays(0);
    const managed = manage(['sleep', '1000'], clock);
    await managed.start();
    const first = managed.id!;
    expect(isAlive(first)).toBe(true);
    await managed.restart();
    const second = managed.id!;
    expect([isAlive(first), isAlive(second), second.pid === first.pid]).toEqual([false, true, false]);
    await managed.stop();
    expect([isAlive(second), managed.state, clock.waited]).toEqual([false, 'stopped', []]);
  });
});
