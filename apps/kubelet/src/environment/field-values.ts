import type { corev1 } from '@navarch/api';
import { milliValue, quantityValue } from '../resources/quantity';

/** FieldContext is what of a pod is known only on its node. */
export interface FieldContext {
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  readonly podIPs: readonly string[];
  /** allocatable is what a limit of a container without one means. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** FieldError: a reference into the pod that cannot be followed. */
export class FieldReferenceError extends Error {}

/** fieldValue follows a fieldRef. Maps come as sorted `key="value"` lines. Throws FieldReferenceError for a path that is none. */
export function fieldValue(pod: corev1.Pod, fieldPath: string, context: FieldContext): string {
  const { metadata = {}, spec } = pod;
  const subscript = /^metadata\.(annotations|labels)\['(.*)'\]$/.exec(fieldPath);
  if (subscript) return own(subscript[1] === 'labels' ? metadata.labels : metadata.annotations, subscript[2]!) ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapLines(metadata.labels);
    case 'metadata.annotations':
      return mapLines(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? context.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'spec.restartPolicy':
      return spec?.restartPolicy ?? '';
    case 'spec.schedulerName':
      return spec?.schedulerName ?? '';
    case 'status.phase':
      return pod.status?.phase ?? '';
    case 'status.hostIP':
      return context.hostIPs[0] ?? '';
    case 'status.hostIPs':
      return context.hostIPs.join(',');
    case 'status.podIP':
      return context.podIPs[0] ?? '';
    case 'status.podIPs':
      return context.podIPs.join(',');
    default:
      throw new FieldReferenceError(`unsupported fieldPath: ${fieldPath}`);
  }
}

function own(map: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}

function mapLines(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map(key => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/** resourceValue follows a resourceFieldRef: in units of the divisor (1 unless given), rounded up. */
export function resourceValue(
  pod: corev1.Pod,
  ref: corev1.ResourceFieldSelector,
  containerName: string,
  context: FieldContext,
): string {
  const name = ref.containerName ?? containerName;
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const container = all.find(c => c.name === name);
  if (!container) throw new FieldReferenceError(`container ${name} not found`);
  const match = /^(limits|requests)\.(.+)$/.exec(ref.resource);
  if (!match) throw new FieldReferenceError(`unsupported container resource : ${ref.resource}`);
  const [, kind, resource] = match as unknown as [string, 'limits' | 'requests', string];
  const stated = container.resources?.[kind]?.[resource];
  const quantity = stated ?? (kind === 'limits' ? context.allocatable[resource] : undefined) ?? '0';
  const divisor = ref.divisor && quantityValue(ref.divisor) !== 0 ? ref.divisor : '1';
  return String(Math.ceil(milliValue(quantity) / milliValue(divisor)));
}
