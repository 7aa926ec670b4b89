import type { corev1 } from '@navarch/api';
import { controllerOf } from '@navarch/apimachinery';

/** MAX_PODS bounds how many pods are looked at: a warning must not hold up a write for long. */
const MAX_PODS = 3_000;

/** existingViolations are lines that say which pods break a level and how; of pods with the same controller one stands for all. Pure but for `violations`. */
export function existingViolations(pods: readonly corev1.Pod[], violations: (pod: corev1.Pod) => string): string[] {
  const byController = new Map<string, corev1.Pod[]>();
  for (const pod of pods.slice(0, MAX_PODS)) {
    const key = controllerOf(pod)?.uid ?? `pod ${pod.metadata?.name}`;
    byController.set(key, [...(byController.get(key) ?? []), pod]);
  }
  const found = new Map<string, string[]>();
  for (const same of byController.values()) {
    const text = same[0]!.spec ? violations(same[0]!) : '';
    if (text) found.set(text, [...(found.get(text) ?? []), ...same.map(pod => pod.metadata?.name ?? '')]);
  }
  return [...found].map(([text, names]) => `${describe(names.sort())}: ${text}`);
}

function describe([first, ...others]: readonly string[]): string {
  if (!others.length) return first!;
  return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`;
}
