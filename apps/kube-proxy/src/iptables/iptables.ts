import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { CHAINS, OWNED } from './chains';

const run = promisify(execFile);
type TableName = 'nat' | 'filter';

/** Jump leads from a built-in chain into one of ours. */
interface Jump {
  readonly table: TableName;
  readonly from: string;
  readonly to: string;
  readonly match: readonly string[];
}

const jump = (table: TableName, from: string, to: string, text: string, ...match: string[]): Jump => ({
  table,
  from,
  to,
  match: [...match, '-m', 'comment', '--comment', text],
});
const NEW = ['-m', 'conntrack', '--ctstate', 'NEW'];
const PORTALS = 'kubernetes service portals';
const EXTERNAL = 'kubernetes externally-visible service portals';
const FIREWALL = 'kubernetes load balancer firewall';

/** JUMPS in the order in which they are prepended: the last one ends up first. */
const JUMPS: readonly Jump[] = [
  jump('nat', 'PREROUTING', CHAINS.services, PORTALS),
  jump('nat', 'OUTPUT', CHAINS.services, PORTALS),
  jump('nat', 'POSTROUTING', CHAINS.postrouting, 'kubernetes postrouting rules'),
  jump('filter', 'FORWARD', CHAINS.forward, 'kubernetes forwarding rules'),
  jump('filter', 'FORWARD', CHAINS.services, PORTALS, ...NEW),
  jump('filter', 'FORWARD', CHAINS.externalServices, EXTERNAL, ...NEW),
  jump('filter', 'FORWARD', CHAINS.firewall, FIREWALL, ...NEW),
  jump('filter', 'OUTPUT', CHAINS.services, PORTALS, ...NEW),
  jump('filter', 'OUTPUT', CHAINS.firewall, FIREWALL, ...NEW),
  jump('filter', 'INPUT', CHAINS.nodePorts, 'kubernetes health check service ports'),
  jump('filter', 'INPUT', CHAINS.externalServices, EXTERNAL, ...NEW),
  jump('filter', 'INPUT', CHAINS.firewall, FIREWALL, ...NEW),
];

/** IptablesError carries what iptables said. */
export class IptablesError extends Error {}

/** Iptables drives the machine's iptables (IPv4). All calls wait for the xtables lock. */
export class Iptables {
  /** `enter` is a command to run iptables under, such as `nsenter --net=FILE` for another network namespace. */
  constructor(private readonly enter: readonly string[] = []) {}

  /** ensureFrame makes our chains and the jumps into them, where they are missing. Idempotent. */
  async ensureFrame(): Promise<void> {
    for (const { table, from, to, match } of JUMPS) {
      await this.quietly(table, '-N', to);
      if (!(await this.quietly(table, '-C', from, ...match, '-j', to)))
        await this.call(table, '-I', from, ...match, '-j', to);
    }
  }

  /** restore applies a restore text: all of a table or nothing. */
  restore(input: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(...this.command('iptables-restore', '--noflush', '--wait', '5'), {
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 4096)));
      child.on('error', reject);
      child.on('close', code =>
        code === 0 ? resolve() : reject(new IptablesError(`iptables-restore: ${said.trim()}`)),
      );
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /** chains lists the chains of a table. */
  async chains(table: TableName): Promise<string[]> {
    const { stdout } = await run(...this.command('iptables', '-w', '5', '-t', table, '-S'), { maxBuffer: 1 << 26 });
    return [...stdout.matchAll(/^-N (\S+)/gm)].map(match => match[1]!);
  }

  /** cleanup takes away every jump and chain of ours. */
  async cleanup(): Promise<void> {
    for (const { table, from, to, match } of JUMPS) {
      while (await this.quietly(table, '-D', from, ...match, '-j', to));
    }
    const frame = new Set<string>(Object.values(CHAINS));
    for (const table of ['nat', 'filter'] as const) {
      const ours = (await this.chains(table)).filter(chain => OWNED.test(chain) || frame.has(chain));
      for (const chain of ours) await this.quietly(table, '-F', chain);
      for (const chain of ours) await this.quietly(table, '-X', chain);
    }
  }

  private async call(table: TableName, ...args: string[]): Promise<void> {
    try {
      await run(...this.command('iptables', '-w', '5', '-t', table, ...args));
    } catch (error) {
      throw new IptablesError(
        `iptables -t ${table} ${args.join(' ')}: ${(error as { stderr?: string }).stderr?.trim() ?? String(error)}`,
      );
    }
  }

  private command(...args: string[]): [string, string[]] {
    const [program, ...rest] = [...this.enter, ...args];
    return [program!, rest];
  }

  private async quietly(table: TableName, ...args: string[]): Promise<boolean> {
    return this.call(table, ...args).then(
      () => true,
      () => false,
    );
  }
}
