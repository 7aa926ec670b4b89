import type { corev1 } from '@navarch/api';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** podPhase sums up a pod's containers. `stopping`: nothing will be restarted any more (the pod is being deleted or evicted). */
export function podPhase(
  spec: corev1.PodSpec,
  init: readonly corev1.ContainerStatus[],
  apps: readonly corev1.ContainerStatus[],
  stopping: boolean,
): PodPhase {
  const policy = spec.restartPolicy ?? 'Always';
  const initialization = initPhase(spec, init);
  if (initialization === 'failed' && policy === 'Never') return 'Failed';
  const begun = apps.some(status => status.state?.running ?? status.state?.terminated ?? status.lastState?.terminated);
  if (initialization !== 'done' && !begun) return 'Pending';

  let [running, waiting, stopped, succeeded] = [0, 0, 0, 0];
  for (const { state, lastState } of apps) {
    if (state?.running) running++;
    else if (state?.terminated) {
      stopped++;
      if (state.terminated.exitCode === 0) succeeded++;
    } else if (lastState?.terminated) stopped++;
    else waiting++;
  }
  if (waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (stopping) return stopped === succeeded ? 'Succeeded' : 'Failed';
  if (policy === 'Always') return 'Running';
  if (stopped === succeeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function initPhase(spec: corev1.PodSpec, statuses: readonly corev1.ContainerStatus[]): 'done' | 'pending' | 'failed' {
  let pending = false;
  for (const container of spec.initContainers ?? []) {
    const status = statuses.find(s => s.name === container.name);
    const { state, lastState } = status ?? {};
    if (container.restartPolicy === 'Always') {
      if (!status?.started && !lastState?.terminated && !state?.terminated) pending = true;
      continue;
    }
    const ended = state?.terminated ?? (state?.waiting && lastState?.terminated);
    if (ended && ended.exitCode !== 0) return 'failed';
    if (!ended || !state?.terminated) pending = true;
  }
  return pending ? 'pending' : 'done';
}
