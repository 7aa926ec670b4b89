import { Backoff, type Clock } from '@navarch/base';
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import type { ComponentSpec } from '../components/spec';
import { childrenOf, identify, startedAt, terminate, type ProcessId } from '../process/proc';
import { openLog } from './log-file';

/** ProcessState: waiting for what it needs, running, waiting to be started again after a crash, stopped on purpose. */
export type ProcessState = 'waiting' | 'running' | 'backoff' | 'stopped';

/** STABLE_MS: a process that lived this long is forgiven its earlier crashes. */
export const STABLE_MS = 30_000;

/** ManagedProcessOptions: command is the whole command line (for a worker's component with the way into the worker in front). */
export interface ManagedProcessOptions {
  readonly spec: ComponentSpec;
  readonly command: () => readonly string[];
  readonly log: string;
  readonly clock: Clock;
  /** started hears of each start, to record the process. */
  readonly started: (name: string, id: ProcessId) => void;
  readonly crashed: (name: string, how: string, delayMs: number) => void;
}

/** ManagedProcess keeps one component running: a crash is followed by a restart after 0.2 s, doubling up to 10 s. */
export class ManagedProcess {
  state: ProcessState = 'waiting';
  restarts = 0;
  lastExit = '';
  id: ProcessId | undefined;
  private child: ChildProcess | undefined;
  private readonly backoff = new Backoff({ initialMs: 200, maxMs: 10_000 });
  private timer: Disposable | undefined;
  private exited: Promise<void> = Promise.resolve();

  constructor(private readonly options: ManagedProcessOptions) {}

  get spec(): ComponentSpec {
    return this.options.spec;
  }

  /** uptimeMs is how long the present process has lived. */
  get uptimeMs(): number {
    return this.id && this.state === 'running' ? Math.max(0, this.options.clock.now() - startedAt(this.id)) : 0;
  }

  /** start starts the process. A program that is missing counts as a crash. */
  async start(): Promise<void> {
    const { spec, log } = this.options;
    const [program, ...args] = this.options.command();
    const output = openLog(log);
    const child = spawn(program!, args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...spec.environment },
    });
    fs.closeSync(output);
    this.child = child;
    this.state = 'running';
    const begun = this.options.clock.now();
    this.exited = new Promise(resolve => {
      child.once('error', error => this.onExit(child, error.message, begun, resolve));
      child.once('exit', (code, signal) => this.onExit(child, signal ?? `exit code ${code ?? '?'}`, begun, resolve));
    });
    const id = await this.findProcess(child);
    if (id && this.child === child) {
      this.id = id;
      this.options.started(spec.name, id);
    }
  }

  /** stop ends the process and keeps it ended. */
  async stop(): Promise<void> {
    this.state = 'stopped';
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
    const { child, id } = this;
    if (id) await terminate(id, this.spec.graceMs);
    // The way into a worker (nsenter) ends with the process it waits for; kill it only if there is nothing it waits for.
    else child?.kill('SIGKILL');
    await this.exited;
  }

  /** restart ends the process and starts it again at once. */
  async restart(): Promise<void> {
    await this.stop();
    this.backoff.reset();
    this.restarts++;
    await this.start();
  }

  private onExit(child: ChildProcess, how: string, begun: number, done: () => void): void {
    done();
    if (this.child !== child) return;
    this.child = this.id = undefined;
    this.lastExit = how;
    if (this.state === 'stopped') return;
    const { clock, crashed, spec } = this.options;
    if (clock.now() - begun >= STABLE_MS) this.backoff.reset();
    const delay = this.backoff.next();
    this.state = 'backoff';
    crashed(spec.name, how, delay);
    this.timer = clock.after(delay, () => {
      this.restarts++;
      void this.start();
    });
  }

  /** findProcess is the process itself: our child on the machine, the child of the way in (nsenter) inside a worker. */
  private async findProcess(child: ChildProcess): Promise<ProcessId | undefined> {
    if (child.pid === undefined) return undefined;
    if (!this.spec.node) return identify(child.pid);
    while (this.child === child) {
      // Only nsenter forks, and exactly once; before, the shell script in its place may run short-lived helpers.
      const inner = isNsenter(child.pid) ? childrenOf(child.pid)[0] : undefined;
      const id = inner === undefined ? undefined : identify(inner);
      if (id) return id;
      await this.options.clock.sleep(5);
    }
    return undefined;
  }
}

function isNsenter(pid: number): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'nsenter';
  } catch {
    return false;
  }
}
