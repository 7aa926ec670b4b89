import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import type { Target } from './job';

/** MEASUREMENTS are the names that --only takes, in the order in which they run. */
export const MEASUREMENTS = [
  'start',
  'create',
  'get',
  'patch',
  'list',
  'idle',
  'watch',
  'idle-watches',
  'nats',
  'create-compiled',
] as const;
export type MeasurementName = (typeof MEASUREMENTS)[number];

/** BenchOptions are the command line in its checked form. */
export interface BenchOptions {
  /** target is a server that runs already; undefined: one is started. */
  readonly target: Target | undefined;
  /** pid is the target's process on this machine, whose CPU and memory are read; undefined: they are not. */
  readonly pid: number | undefined;
  readonly only: ReadonlySet<MeasurementName>;
  readonly pods: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly watchesPerConnection: number;
  /** profile is the folder for profiles; undefined: none are made. */
  readonly profile: string | undefined;
  readonly fsync: boolean;
  readonly build: boolean;
  readonly serverFlags: readonly string[];
  readonly nodeFlags: readonly string[];
}

export const USAGE = `usage: npm run bench -- apiserver [flags]
  --only NAMES        of ${MEASUREMENTS.join(',')}; all unless given
  --server URL        measure a running Kubernetes instead of starting one
  --server-pid PID    its process, if it runs on this machine: without it no CPU and no memory
  --ca FILE --cert FILE --key FILE | --token TOKEN    how to reach it
  --pods N            pods that are created, and listed (10000)
  --rounds N          how often each measurement is repeated; the median counts (5)
  --seconds N         how long the watch load lasts (10)
  --watches-per-connection N    how many watches share a connection, as those of one process do (10)
  --profile DIR       write a CPU profile for each measurement, and print its top ten functions by self time
  --no-fsync          etcd does not wait for the disk
  --no-build          use what is in dist
  --server-flag F     a further flag for the API server; may be repeated
  --node-flag F       a further flag for its node, such as --max-semi-space-size=16; may be repeated`;

/** readOptions reads the command line; it throws an Error for a wrong one. */
export function readOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string' },
      server: { type: 'string' },
      'server-pid': { type: 'string' },
      ca: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
      token: { type: 'string' },
      pods: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '10' },
      'watches-per-connection': { type: 'string', default: '10' },
      profile: { type: 'string' },
      'no-fsync': { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      'server-flag': { type: 'string', multiple: true, default: [] },
      'node-flag': { type: 'string', multiple: true, default: [] },
    },
  });
  const names = values.only?.split(',') ?? MEASUREMENTS;
  const only = new Set(names.map(known));
  return {
    target: values.server === undefined ? undefined : targetOf(values.server, values),
    pid: values['server-pid'] === undefined ? undefined : count('server-pid', values['server-pid']),
    only,
    pods: count('pods', values.pods),
    rounds: count('rounds', values.rounds),
    seconds: count('seconds', values.seconds),
    watchesPerConnection: count('watches-per-connection', values['watches-per-connection']),
    profile: values.profile,
    fsync: !values['no-fsync'],
    build: !values['no-build'],
    serverFlags: values['server-flag'],
    nodeFlags: values['node-flag'],
  };
}

function targetOf(url: string, files: { ca?: string; cert?: string; key?: string; token?: string }): Target {
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, 'utf8'));
  return {
    kind: 'https',
    url,
    ca: read(files.ca),
    cert: read(files.cert),
    key: read(files.key),
    token: files.token,
  };
}

function known(name: string): MeasurementName {
  const found = MEASUREMENTS.find(one => one === name);
  if (!found) throw new Error(`--only: ${JSON.stringify(name)} is none of ${MEASUREMENTS.join(', ')}`);
  return found;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name}: ${JSON.stringify(text)} is no count`);
  return value;
}
