import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** findProgram answers the path of an executable on PATH, undefined if there is none. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const path = join(folder || '.', name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Child is a server of a test. It dies with the test process, however that ends. */
export interface Child {
  readonly pid: number;
  /** output is the last 64 KiB of what it wrote. */
  output(): string;
  /** exited resolves when the process is gone, with its code or the name of the signal. */
  readonly exited: Promise<number | string>;
  /** running is false once it has exited. */
  running(): boolean;
  /** kill ends it at once, as a power cut would. */
  kill(): void;
  /** stop asks it to end (SIGTERM), and kills it after five seconds. */
  stop(): Promise<void>;
}

/** startChild runs a program found on PATH, under a parent-death signal so that no test leaves a server behind. */
export function startChild(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Child {
  const path = findProgram(program);
  if (!path) throw new Error(`${program} is not installed`);
  const setpriv = findProgram('setpriv');
  const command = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--', path, ...args] : [path, ...args];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  return watch(child, program);
}

function watch(child: ChildProcess, program: string): Child {
  let output = '';
  let running = true;
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-65_536);
  };
  child.stdout!.on('data', collect);
  child.stderr!.on('data', collect);
  const onParentExit = () => void child.kill('SIGKILL');
  process.once('exit', onParentExit);
  const exited = new Promise<number | string>((resolve, reject) => {
    child.once('error', error => {
      running = false;
      reject(new Error(`cannot run ${program}`, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      running = false;
      process.removeListener('exit', onParentExit);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  exited.catch(() => undefined);
  return {
    pid: child.pid ?? -1,
    output: () => output,
    exited,
    running: () => running,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      if (!running) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}
