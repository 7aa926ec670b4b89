import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findKubectls, runProgram, type Kubectl, type Output } from './kubectl';

const HERE = path.dirname(fileURLToPath(import.meta.url));
/** ROOT is the checkout. */
export const ROOT = path.resolve(HERE, '../..');

/** ClusterStart says how a test's cluster differs from the default. */
export interface ClusterStart {
  /** index picks subnets no other test file and no developer's cluster uses. */
  readonly index: number;
  readonly workers?: number;
  readonly flags?: readonly string[];
}

/** KubectlOptions: by which kubectl (the newest unless given), with what on its stdin and in its environment. */
export interface KubectlOptions {
  readonly by?: Kubectl;
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Failed is a command that did not exit with 0. */
export class Failed extends Error {
  constructor(
    readonly command: string,
    readonly output: Output,
  ) {
    super(`${command}: exit code ${output.code}\n${output.stderr}${output.stdout}`);
  }
}

/**
 * E2eCluster is a cluster of the tests' own, started by the same command a person types. NAVARCH_E2E_KEEP leaves it up, to be
 * looked at and used by the next run. The oldest and the newest kubectl of the machine are used; NAVARCH_E2E_KUBECTLS=1.27,1.30 names
 * others, `all` takes every one.
 */
export class E2eCluster {
  readonly kubectls: readonly Kubectl[];
  readonly state: string;
  /** defaultKubectl is used where a call names none. */
  defaultKubectl: Kubectl;
  upOutput = '';
  private readonly keep: boolean;

  constructor(private readonly start: ClusterStart) {
    const found = findKubectls();
    if (!found.length) throw new Error('there is no kubectl on this machine');
    const wanted = process.env['NAVARCH_E2E_KUBECTLS']?.split(',') ?? [found[0]!.version, found.at(-1)!.version];
    this.kubectls = wanted.includes('all') ? found : found.filter(kubectl => wanted.includes(kubectl.version));
    this.defaultKubectl = this.kubectls.at(-1)!;
    this.keep = process.env['NAVARCH_E2E_KEEP'] !== undefined;
    this.state = this.keep
      ? path.join(os.tmpdir(), `navarch-e2e-kept-${start.index}`)
      : fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-e2e-'));
  }

  get transport(): 'nats' | 'https' {
    return this.start.flags?.includes('https') ? 'https' : 'nats';
  }
  get kubeconfig(): string {
    return path.join(this.state, 'admin.kubeconfig');
  }
  /** prefix is the first two numbers of the cluster's service addresses. */
  get servicePrefix(): string {
    return `10.${96 + this.start.index}`;
  }
  get podPrefix(): string {
    return `10.${244 + this.start.index}`;
  }
  get machineAddress(): string {
    return `10.77.${this.start.index}.254`;
  }
  nodeAddress(number: number): string {
    return `10.77.${this.start.index}.${10 + number}`;
  }

  async up(): Promise<void> {
    const { index, workers = 1, flags = [] } = this.start;
    const output = await this.navarch(
      ['up', '--name', `e2e-${index}`, '--network-index', String(index), '--workers', String(workers), ...flags],
      300_000,
    );
    this.upOutput = output.stdout;
  }

  async down(): Promise<void> {
    if (this.keep) return;
    await this.navarch(['down', '--purge']);
  }

  /** navarch runs the entry script on this cluster. */
  async navarch(args: readonly string[], timeoutMs?: number): Promise<Output> {
    const output = await runProgram(path.join(ROOT, 'navarch'), [...args, '--state', this.state], {
      ...(timeoutMs && { timeoutMs }),
    });
    if (output.code !== 0) throw new Failed(`navarch ${args.join(' ')}`, output);
    return output;
  }

  /** kubectl runs it and answers its stdout; it throws Failed for any exit code but 0. */
  async kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    const output = await this.tryKubectl(args, options);
    if (output.code !== 0) throw new Failed(`kubectl ${args.join(' ')}`, output);
    return output.stdout;
  }

  /** tryKubectl is kubectl for commands that may fail. */
  tryKubectl(args: readonly string[], options: KubectlOptions = {}): Promise<Output> {
    const { by = this.defaultKubectl, env: more, ...rest } = options;
    // A home of the cluster's own, so that cached discovery of another cluster is never believed.
    const env = { ...process.env, KUBECONFIG: this.kubeconfig, HOME: path.join(this.state, 'home'), ...more };
    return runProgram(by.file, args, { env, ...rest });
  }

  /** apply applies one of the manifests; `$NAME` in it is replaced by the value given for NAME. */
  async apply(
    manifest: string,
    namespace: string,
    options: { values?: Readonly<Record<string, string>>; by?: Kubectl } = {},
  ): Promise<string> {
    const text = fs.readFileSync(path.join(HERE, 'manifests', manifest), 'utf8');
    const input = Object.entries(options.values ?? {}).reduce(
      (all, [name, value]) => all.replaceAll(`$${name}`, value),
      text,
    );
    return this.kubectl(['-n', namespace, 'apply', '-f', '-'], { input, ...(options.by && { by: options.by }) });
  }

  /** namespace makes one with the given prefix and answers its name. */
  async namespace(prefix: string): Promise<string> {
    const name = `${prefix}-${Math.random().toString(36).slice(2, 7)}`;
    await this.kubectl(['create', 'namespace', name]);
    return name;
  }

  /** json reads an object or a list. */
  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl(['get', '-o', 'json', ...args])) as T;
  }

  /** waitReady waits until the pods of a selector are Ready; on failure it tells what the pods say. */
  async waitReady(namespace: string, what: readonly string[], timeoutSeconds = 60): Promise<void> {
    const output = await this.tryKubectl([
      '-n',
      namespace,
      'wait',
      '--for=condition=Ready',
      `--timeout=${timeoutSeconds}s`,
      ...what,
    ]);
    if (output.code === 0) return;
    const state = await this.tryKubectl(['-n', namespace, 'describe', 'pods']);
    throw new Error(`not Ready: ${what.join(' ')}\n${output.stderr}\n${state.stdout.slice(-4000)}`);
  }

  /** waitPhase waits until a pod has reached a phase. */
  waitPhase(namespace: string, pod: string, phase: string, timeoutMs = 60_000): Promise<void> {
    return eventually(async () => {
      const seen = await this.kubectl(['-n', namespace, 'get', 'pod', pod, '-o', 'jsonpath={.status.phase}']);
      if (seen !== phase) throw new Error(`pod ${pod} is ${seen}, not ${phase}`);
    }, timeoutMs);
  }

  /** processId is a component's pid, as `navarch status` tells it. */
  async processId(component: string): Promise<number> {
    const output = await runProgram(path.join(ROOT, 'navarch'), ['status', '--state', this.state]);
    const line = output.stdout.split('\n').find(row => row.split(/\s+/)[0] === component);
    const pid = Number(line?.split(/\s+/)[2]);
    if (!pid) throw new Error(`${component} does not run:\n${output.stdout}`);
    return pid;
  }

  /** hostProcessId is the pid of a worker host's PID 1, as the machine sees it. */
  hostProcessId(worker: string): number {
    const file = path.join(this.state, 'records.json');
    return (JSON.parse(fs.readFileSync(file, 'utf8')) as { hosts: Record<string, { pid: number }> }).hosts[worker]!.pid;
  }

  /** logTail is the end of a component's log, for the message of a failure. */
  logTail(component: string): string {
    const file = path.join(this.state, 'logs', `${component}.log`);
    return fs.readFileSync(file, 'utf8').split('\n').slice(-30).join('\n');
  }
}

/** httpGet asks over a connection of its own, as a new client would: no pool, no port that browsers refuse. */
export function httpGet(url: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false, timeout: 3_000 }, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
      response.on('error', reject);
    });
    request.on('timeout', () =>
      request.destroy(Object.assign(new Error(`${url} does not answer`), { code: 'ETIMEDOUT' })),
    );
    request.on('error', reject);
  });
}

/** eventually repeats a check until it passes; the last failure is the test's when time is up. */
export async function eventually<T>(check: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/** whyNot tells why no real cluster can be brought up here; undefined where one can. */
export function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = ['containerd', 'runc', 'etcd', 'nats-server'].filter(
    program =>
      !['/usr/bin', '/usr/sbin', '/usr/local/bin', '/bin', '/sbin'].some(folder =>
        fs.existsSync(path.join(folder, program)),
      ),
  );
  return missing.length ? `not installed: ${missing.join(', ')}` : undefined;
}
