import type { corev1 } from '@navarch/api';

/** PodSummary is a pod in one line, as `kubectl get pods` shows it. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  /** lastRestart is when a container last ended and was started again; undefined: never. */
  readonly lastRestart?: string;
}

interface Restarts {
  count: number;
  last: string;
}

/** summarize boils a pod's status down: what keeps it from running comes before its phase. Mirrors the documented STATUS column. */
export function summarize(pod: corev1.Pod): PodSummary {
  const { spec, status = {} as corev1.PodStatus } = pod;
  const sidecars = new Set((spec?.initContainers ?? []).filter(c => c.restartPolicy === 'Always').map(c => c.name));
  const init = initState(pod, sidecars);
  let { ready } = init;
  let restarts = init.restarts;
  let reason = init.reason ?? (isGated(status) ? 'SchedulingGated' : status.reason || status.phase || '');
  if (init.reason === undefined || conditionIs(status, 'Initialized')) {
    restarts = init.sidecarRestarts;
    let running = false;
    for (const container of [...(status.containerStatuses ?? [])].reverse()) {
      count(restarts, container);
      const stopped = stoppedReason(container.state);
      if (stopped !== undefined) reason = stopped;
      else if (container.ready && container.state?.running) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed' && running) reason = conditionIs(status, 'Ready') ? 'Running' : 'NotReady';
  }
  return {
    ready,
    total: (spec?.containers?.length ?? 0) + sidecars.size,
    status: deletionReason(pod) ?? reason,
    restarts: restarts.count,
    ...(restarts.last && { lastRestart: restarts.last }),
  };
}

/** initState looks at the init containers in order up to the first that is not through; sidecars only have to be started. */
function initState({ spec, status }: corev1.Pod, sidecars: ReadonlySet<string>) {
  const restarts: Restarts = { count: 0, last: '' };
  const sidecarRestarts: Restarts = { count: 0, last: '' };
  let ready = 0;
  let reason: string | undefined;
  for (const [i, container] of (status?.initContainerStatuses ?? []).entries()) {
    const sidecar = sidecars.has(container.name);
    count(restarts, container);
    if (sidecar) count(sidecarRestarts, container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && container.started) {
      if (container.ready) ready++;
      continue;
    }
    const stopped = terminated
      ? stoppedReason({ terminated })
      : waiting?.reason !== 'PodInitializing'
        ? waiting?.reason
        : undefined;
    reason = stopped ? `Init:${stopped}` : `Init:${i}/${spec?.initContainers?.length ?? 0}`;
    break;
  }
  return { ready, reason, restarts, sidecarRestarts };
}

function count(restarts: Restarts, { restartCount, lastState }: corev1.ContainerStatus): void {
  restarts.count += restartCount ?? 0;
  const ended = lastState?.terminated?.finishedAt ?? '';
  if (ended > restarts.last) restarts.last = ended;
}

function stoppedReason({ waiting, terminated }: corev1.ContainerState = {}): string | undefined {
  if (waiting?.reason) return waiting.reason;
  if (!terminated) return undefined;
  return (
    terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`)
  );
}

function deletionReason({ metadata, status }: corev1.Pod): string | undefined {
  if (metadata?.deletionTimestamp === undefined) return undefined;
  if (status?.reason === 'NodeLost') return 'Unknown';
  return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? undefined : 'Terminating';
}

const conditionIs = (status: corev1.PodStatus, type: string) =>
  (status.conditions ?? []).some(c => c.type === type && c.status === 'True');
const isGated = (status: corev1.PodStatus) =>
  (status.conditions ?? []).some(c => c.type === 'PodScheduled' && c.reason === 'SchedulingGated');
