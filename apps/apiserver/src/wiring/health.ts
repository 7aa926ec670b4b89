import type { Shutdown } from '../shutdown';
import type { Foundation } from './foundation';

const ETCD_TIMEOUT_MS = 2_000;

/** addHealthChecks adds the checks that need no part of their own. */
export function addHealthChecks({ health, etcd, emulated }: Foundation, shutdown: Shutdown): void {
  const reachesEtcd = () => etcd.healthy(AbortSignal.timeout(ETCD_TIMEOUT_MS));
  health.add('ping', () => undefined);
  health.add('log', () => undefined);
  health.add('etcd', reachesEtcd);
  if (emulated >= 26) health.add('etcd-readiness', reachesEtcd, ['readyz']);
  health.add(
    'shutdown',
    () => {
      if (shutdown.begun) throw new Error('process is shutting down');
    },
    ['readyz'],
  );
}

/** claimInformerHooks answers what to call when the informers have synced: until then these checks fail. */
export function claimInformerHooks({ health, hooks }: Foundation, flow: boolean): () => void {
  const finish = [
    hooks.claim(
      'generic-apiserver-start-informers',
      'start-kube-apiserver-admission-initializer',
      'start-apiserver-admission-initializer',
    ),
    ...(flow ? [hooks.claim('priority-and-fairness-config-consumer', 'priority-and-fairness-filter')] : []),
    health.pending('informer-sync', ['readyz']),
  ];
  return () => finish.forEach(done => done());
}
