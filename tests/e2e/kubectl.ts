import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Kubectl is one kubectl binary. */
export interface Kubectl {
  /** version is its release without the patch: 1.20. */
  readonly version: string;
  readonly file: string;
}

/** Output is how a program ended and what it wrote. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** findKubectls finds every kubectl there is: the one on the PATH, those lying beside it, and Debian's; oldest first. */
export function findKubectls(): Kubectl[] {
  const files = new Set<string>();
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const file = path.join(folder, 'kubectl');
    if (!fs.existsSync(file)) continue;
    const real = fs.realpathSync(file);
    files.add(real);
    for (const name of fs.readdirSync(path.dirname(real))) {
      if (/^kubectl\.1\.\d+$/.test(name)) files.add(path.join(path.dirname(real), name));
    }
  }
  const debian = debianKubectl();
  if (debian) files.add(debian);
  const byVersion = new Map<string, Kubectl>();
  for (const file of files) {
    const version = versionOf(file);
    if (version && !byVersion.has(version)) byVersion.set(version, { version, file });
  }
  return [...byVersion.values()].sort((a, b) => minor(a) - minor(b));
}

const minor = (kubectl: Kubectl) => Number(kubectl.version.split('.')[1]);

function versionOf(file: string): string | undefined {
  try {
    const text = execFileSync(file, ['version', '--client', '-o', 'json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { clientVersion } = JSON.parse(text) as { clientVersion: { major: string; minor: string } };
    return `${clientVersion.major}.${parseInt(clientVersion.minor, 10)}`;
  } catch {
    return undefined;
  }
}

/** debianKubectl unpacks Debian's kubernetes-client (it cannot be installed beside another kubectl) into a cache; undefined where there is no Debian mirror. */
function debianKubectl(): string | undefined {
  const cache = path.join(os.homedir(), '.cache/navarch/kubernetes-client');
  const file = path.join(cache, 'usr/bin/kubectl');
  if (fs.existsSync(file)) return file;
  try {
    fs.mkdirSync(cache, { recursive: true });
    execFileSync('apt-get', ['-qq', 'download', 'kubernetes-client'], { cwd: cache, stdio: 'ignore', timeout: 60_000 });
    const deb = fs.readdirSync(cache).find(name => name.endsWith('.deb'));
    if (!deb) return undefined;
    execFileSync('dpkg', ['-x', path.join(cache, deb), cache], { stdio: 'ignore' });
    fs.rmSync(path.join(cache, deb));
    return fs.existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** runProgram runs a program to its end, whatever that is. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string | Buffer; timeoutMs?: number } = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      timeout: options.timeoutMs ?? 120_000,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', code =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}
