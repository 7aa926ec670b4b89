import { createLogger, describe, StopStack, systemClock } from '@navarch/base';
import type { ClusterConfig } from '../cluster/config';
import { ClusterPaths } from '../cluster/paths';
import { RecordFile } from '../cluster/records';
import { identify } from '../process/proc';
import fs from 'node:fs';
import { ClusterRunner } from './cluster-runner';
import { ControlServer } from './control-server';
import { Progress } from './progress';

/**
 * supervise is the process behind a running cluster: it starts every component, restarts those that crash, and answers on its
 * socket until it is told to stop. Components outlive it, should it be killed; `down` then finds them by their records.
 */
export async function supervise(state: string): Promise<void> {
  const paths = new ClusterPaths(state);
  const log = createLogger({ component: 'navarch' });
  const config = JSON.parse(fs.readFileSync(paths.config, 'utf8')) as ClusterConfig;
  const records = new RecordFile(paths.records);
  records.change(all => void (all.supervisor = identify(process.pid)));
  const progress = new Progress(systemClock);
  const stopping = new AbortController();
  const runner = new ClusterRunner(config, paths, records, progress, systemClock, log);
  const stack = new StopStack();
  let stopped: Promise<void> | undefined;
  const stopAll = () => (stopped ??= end());
  const control = stack.push(new ControlServer(paths.socket, runner, progress, stopAll));

  async function end(): Promise<void> {
    log.info('stopping');
    progress.emit({ type: 'failed', step: 'cluster', detail: 'the cluster was stopped' });
    stopping.abort(new Error('the cluster was stopped'));
    await runner.stop();
    // The answer to who asked for the end goes out first.
    setImmediate(() => void stack.stop().finally(() => process.exit(0)));
  }

  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => void stopAll());
  process.on('SIGHUP', () => undefined);
  await control.listen();
  const rotating = runner.rotateLogs(stopping.signal);
  try {
    await runner.up(stopping.signal);
    progress.emit({ type: 'ready', step: 'cluster' });
    await runner.prepareImages(stopping.signal);
  } catch (error) {
    log.error('the cluster did not come up', error);
    progress.emit({ type: 'failed', step: 'cluster', detail: describe(error) });
  }
  await rotating;
}
