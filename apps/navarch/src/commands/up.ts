import { systemClock } from '@navarch/base';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { InvalidOptions, planCluster, type ClusterConfig } from '../cluster/config';
import { installDir } from '../cluster/install-dir';
import type { ClusterPaths } from '../cluster/paths';
import { noRecords, readRecords, supervisorAlive, writeFileAtomic } from '../cluster/records';
import { teardown } from '../cluster/teardown';
import { identify, isAlive } from '../process/proc';
import { ControlClient } from '../supervisor/control-client';
import { lastLines, openLog } from '../supervisor/log-file';
import type { ProgressEvent } from '../supervisor/progress';
import type { Options } from './arguments';
import { complain, defineCommand, pathsOf, say, STATE_OPTION } from './command';
import { surveyMachine } from './machine';

const OPTIONS = {
  workers: { type: 'number', help: 'how many workers, each a host of its own (default 1; 0: control plane alone)' },
  'emulated-version': { type: 'string', help: 'the Kubernetes release to behave as (default 1.33)' },
  transport: { type: 'string', help: 'how components reach the API: nats (default) or https' },
  'on-host': { type: 'boolean', help: 'the one node is this machine itself, its firewall included' },
  hollow: { type: 'boolean', help: 'no real containers: nodes that only pretend (no root needed)' },
  nat: { type: 'boolean', help: "let pods reach beyond this machine (adds masquerading to the machine's firewall)" },
  state: STATE_OPTION,
  name: { type: 'string', help: "the cluster's name (default navarch)" },
  'network-index': { type: 'number', help: 'which subnets, 0 to 9, so that clusters live side by side (default 0)' },
} as const;

/** up is `navarch up`: it plans, hands over to the supervisor, and shows how that goes on. */
export const up = defineCommand({
  name: 'up',
  usage: '[options]',
  summary: 'bring up a cluster; ends when every node is Ready and DNS answers',
  options: OPTIONS,
  async run(options) {
    const begun = systemClock.now();
    const paths = pathsOf(options);
    const machine = surveyMachine();
    const config = plan(options, machine);
    const client = new ControlClient(paths.socket);
    const records = readRecords(paths.records);
    if (supervisorAlive(records)) {
      if (!sameConfig(config, paths))
        throw new InvalidOptions('the cluster is up with other options: navarch down first, or choose another --state');
    } else {
      // A supervisor that was killed left things behind; they make way first.
      if (records) await teardown(records);
      prepareState(config, paths);
      await startSupervisor(paths, client);
    }
    const ok = await show(client);
    if (!ok) return 1;
    farewell(config, paths, systemClock.now() - begun);
    return 0;
  },
});

function plan(options: Options<typeof OPTIONS>, machine: ReturnType<typeof surveyMachine>): ClusterConfig {
  const transport = options.transport ?? 'nats';
  if (transport !== 'nats' && transport !== 'https') throw new InvalidOptions('--transport: nats or https');
  const workers = options.workers ?? 1;
  const wanted = options.hollow ?? false;
  const cannot = machine.lacking.length > 0 && workers > 0;
  if (cannot && options['on-host'])
    throw new InvalidOptions(`--on-host runs real containers; this machine lacks ${machine.lacking.join(', ')}`);
  if (cannot && !wanted)
    complain(
      `this machine lacks ${machine.lacking.join(', ')}: no real containers, the nodes are hollow and only pretend to run pods`,
    );
  else if (wanted) say('hollow nodes: they only pretend to run pods');
  return planCluster({
    name: options.name ?? 'navarch',
    index: options['network-index'] ?? 0,
    workers,
    onHost: options['on-host'] ?? false,
    hollow: wanted || cannot,
    transport,
    emulatedVersion: options['emulated-version'] ?? '1.33',
    nat: options.nat ?? false,
    hostname: machine.hostname,
    mainAddress: machine.mainAddress,
  });
}

function sameConfig(config: ClusterConfig, paths: ClusterPaths): boolean {
  return JSON.stringify(JSON.parse(fs.readFileSync(paths.config, 'utf8'))) === JSON.stringify(config);
}

function prepareState(config: ClusterConfig, paths: ClusterPaths): void {
  fs.mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  fs.mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  writeFileAtomic(paths.config, `${JSON.stringify(config, null, 2)}\n`);
  writeFileAtomic(paths.records, `${JSON.stringify(noRecords())}\n`);
}

/** startSupervisor leaves a process behind that belongs to no shell, and waits until it answers. */
async function startSupervisor(paths: ClusterPaths, client: ControlClient): Promise<void> {
  const log = openLog(paths.log('supervisor'));
  fs.rmSync(paths.socket, { force: true });
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', process.argv[1]!, 'supervise', '--state', paths.state],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { ...process.env, NAVARCH_ROOT: installDir() },
    },
  );
  fs.closeSync(log);
  child.unref();
  const id = identify(child.pid ?? -1);
  while (!fs.existsSync(paths.socket)) {
    if (!id || !isAlive(id)) throw new Error(`the supervisor ended:\n${lastLines(paths.log('supervisor'), 10)}`);
    await systemClock.sleep(10);
  }
  await client.status();
}

/** show prints the steps as they are done; true when the cluster is up. */
async function show(client: ControlClient): Promise<boolean> {
  let last: ProgressEvent | undefined;
  for await (const event of client.progress()) {
    last = event;
    if (event.type === 'done') say(stepLine(event));
    if (event.type === 'note') say(`  ${event.step}: ${event.detail ?? ''}`);
  }
  if (last?.type === 'ready') return true;
  complain(`${last?.detail ?? 'the supervisor ended'}`);
  return false;
}

/** stepLine is one line of progress: when, what, how long, what came of it. */
export function stepLine(event: ProgressEvent): string {
  const at = `${(event.atMs / 1000).toFixed(2)}s`.padStart(7);
  return `${at}  ${event.step.padEnd(26)} ${`${event.tookMs ?? 0} ms`.padStart(8)}${event.detail ? `  ${event.detail}` : ''}`;
}

function farewell(config: ClusterConfig, paths: ClusterPaths, tookMs: number): void {
  const relative = path.relative(process.cwd(), paths.adminKubeconfig);
  const kubeconfig = relative.startsWith('..') ? paths.adminKubeconfig : relative;
  const nodes = config.nodes.length === 1 ? 'one node is' : `${config.nodes.length} nodes are`;
  say(
    `\nUp in ${(tookMs / 1000).toFixed(1)} s: ${config.nodes.length ? `${nodes} Ready and ` : ''}DNS answers (Kubernetes ${config.emulatedVersion}, ${config.transport}).`,
  );
  say('Try next:');
  say(`  export KUBECONFIG=${kubeconfig}`);
  say('  kubectl get nodes -o wide');
  say(
    config.nodes.length
      ? '  kubectl create deployment web --image=nginx && kubectl expose deployment web --port=80'
      : '  kubectl get all --all-namespaces',
  );
}
