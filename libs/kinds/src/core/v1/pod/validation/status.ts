import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidIP,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import { duplicateStruct, each, invalidStruct } from '../../../../shared/errors';
import { validateAnnotationChanges } from './annotations';
import { goStruct, goValue } from '../../../../shared/go-struct';

const STATUS = Path.at('status');
const METADATA = Path.at('metadata');
const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];

/** validatePodStatus checks what a writer of the status may say. */
export function validatePodStatus(pod: corev1.Pod, old: corev1.Pod): FieldError[] {
  const { status = {} } = pod;
  const node = status.nominatedNodeName ?? '';
  return [
    ...validateAnnotationChanges(pod, old, METADATA.child('annotations')),
    // Messages place the conditions under metadata.
    ...foundIn(status.conditions, ({ type }, i) =>
      SYSTEM_CONDITIONS.includes(type)
        ? []
        : each(METADATA.child('conditions').index(i).child('Type'), type, isQualifiedName(type)),
    ),
    ...(node && node !== old.status?.nominatedNodeName
      ? each(STATUS.child('nominatedNodeName'), node, isDNS1123Subdomain(node))
      : []),
    ...validateRestarts(pod, old, 'containerStatuses'),
    ...validateRestarts(pod, old, 'initContainerStatuses'),
    ...validateAddresses(status.podIPs ?? []),
  ];
}

/** What has ended for good does not run again. */
function validateRestarts(
  pod: corev1.Pod,
  old: corev1.Pod,
  list: 'containerStatuses' | 'initContainerStatuses',
): FieldError[] {
  const policy = old.spec?.restartPolicy;
  if (policy === 'Always') return [];
  const sidecars = new Set((old.spec?.initContainers ?? []).filter(c => c.restartPolicy === 'Always').map(c => c.name));
  return foundIn(old.status?.[list], ({ name, state }, i) => {
    if (sidecars.has(name)) return [];
    if (!state?.terminated || (state.terminated.exitCode !== 0 && policy === 'OnFailure')) return [];
    const runs = (pod.status?.[list] ?? []).some(now => now.name === name && !now.state?.terminated);
    const at = STATUS.child(list).index(i).child('state');
    return runs ? [field.forbidden(at, 'may not be transitioned to non-terminated state')] : [];
  });
}

function validateAddresses(addresses: readonly corev1.PodIP[]): FieldError[] {
  const path = STATUS.child('podIPs');
  const texts = addresses.map(({ ip = '' }) => ip);
  const errors = foundIn(texts, (ip, i) => each(path.index(i), ip, isValidIP(ip)));
  if (texts.length < 2) return errors;
  if (texts.length > 2 || new Set(texts.map(ip => ip.includes(':'))).size < 2) {
    const detail = 'may specify no more than one IP for each IP family';
    errors.push(invalidStruct(path, goValue('[]core.PodIP', addresses), detail));
  }
  texts.forEach((ip, i) => {
    if (texts.indexOf(ip) === i) return;
    errors.push(duplicateStruct(path.index(i), goStruct('core.PodIP', { ip })));
  });
  return errors;
}
