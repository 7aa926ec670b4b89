import { spawn, type SpawnOptions } from 'node:child_process';

/** CommandFailed says which program failed, how, and what it wrote to stderr. */
export class CommandFailed extends Error {
  constructor(
    readonly command: readonly string[],
    readonly exitCode: number | undefined,
    readonly stderr: string,
  ) {
    super(`${command.slice(0, 6).join(' ')}: ${stderr.trim().slice(-500) || `exit code ${exitCode ?? 'none'}`}`);
  }
}

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env'> {
  /** input is written to the program's stdin. */
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal;
  /** timeoutMs kills the program when it takes longer; none unless given. */
  readonly timeoutMs?: number;
  /** inherit shows the program's output on our stderr instead of collecting it. */
  readonly inherit?: boolean;
}

/** run starts a program without a shell and resolves to its stdout; it rejects with CommandFailed on any exit code but 0. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  return (await runBytes(command, options)).toString('utf8');
}

/** runBytes is run for binary output. */
export function runBytes(command: readonly string[], options: RunOptions = {}): Promise<Buffer> {
  const { input, signal, timeoutMs, inherit, ...rest } = options;
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, {
      ...rest,
      ...(signal && { signal }),
      ...(timeoutMs !== undefined && { timeout: timeoutMs, killSignal: 'SIGKILL' }),
      stdio: [input === undefined ? 'ignore' : 'pipe', inherit ? 2 : 'pipe', inherit ? 2 : 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', error => reject(new CommandFailed(command, undefined, error.message)));
    child.on('close', code => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new CommandFailed(command, code ?? undefined, Buffer.concat(err).toString('utf8')));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** succeeds tells whether a program exits with 0. */
export async function succeeds(command: readonly string[], options: RunOptions = {}): Promise<boolean> {
  return run(command, options).then(
    () => true,
    () => false,
  );
}
