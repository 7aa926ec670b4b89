import type { corev1 } from '@navarch/api';
import { rfc3339 } from '@navarch/base';
import { podCondition } from './pods';

/** TRIGGER_TIME is the annotation that tells when what made endpoints change happened: how long they took to follow can be measured. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Known {
  readonly service: number;
  /** pods are the times of the pods, by name. */
  readonly pods: ReadonlyMap<string, number>;
}

/**
 * TriggerTimes remembers when services and their pods changed last. Where one changes twice between two looks the earlier change is
 * lost: the time is an approximation.
 */
export class TriggerTimes {
  private readonly known = new Map<string, Known>();

  /** look answers the earliest change since the last look at the service (RFC 3339); undefined if nothing changed that has a time. */
  look(key: string, service: corev1.Service, pods: readonly corev1.Pod[]): string | undefined {
    const before = this.known.get(key);
    const now = { service: timeOf(service.metadata?.creationTimestamp), pods: podTimes(pods) };
    this.known.set(key, now);
    const at = before ? earliestChange(before, now) : now.service;
    return at ? rfc3339(at) : undefined;
  }

  /** forget is for services that are gone. */
  forget(key: string): void {
    this.known.delete(key);
  }
}

/** withTriggerTime gives annotations the time, or takes an old one away. */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> {
  const { [TRIGGER_TIME]: _old, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [TRIGGER_TIME]: time };
}

function podTimes(pods: readonly corev1.Pod[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const pod of pods) {
    const time = timeOf(podCondition(pod, 'Ready')?.lastTransitionTime);
    if (time) times.set(pod.metadata?.name ?? '', time);
  }
  return times;
}

function earliestChange(before: Known, now: Known): number {
  const changed = [...now.pods].filter(([name, time]) => time > (before.pods.get(name) ?? 0)).map(([, time]) => time);
  if (now.service > before.service) changed.push(now.service);
  return changed.length ? Math.min(...changed) : 0;
}

const timeOf = (text: string | undefined) => (text ? Date.parse(text) : 0);
