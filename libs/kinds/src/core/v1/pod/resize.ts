import type { corev1 } from '@navarch/api';
import { field, foundIn, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import { qosClass } from './qos';

const SPEC = Path.at('spec');
const EMPTY: corev1.PodSpec = { containers: [] };
const MIRROR = 'kubernetes.io/config.mirror';
const RESIZABLE = ['cpu', 'memory'];
const LISTS = ['initContainers', 'containers'] as const;

/** takeResources is the old spec with the resources that the new one gives its containers. */
export function takeResources(spec: corev1.PodSpec | undefined, old: corev1.PodSpec = EMPTY): corev1.PodSpec {
  const resized = (list: (typeof LISTS)[number]) => {
    const wanted = new Map((spec?.[list] ?? []).map(c => [c.name, c.resources]));
    return old[list]?.map(c => {
      const resources = wanted.get(c.name);
      return resources ? { ...c, resources } : c;
    });
  };
  const init = resized('initContainers');
  return { ...old, ...(init && { initContainers: init }), containers: resized('containers') ?? [] };
}

/** validateResize: cpu and memory of a running pod may change as long as its class stays, and what is bounded stays so. */
export function validateResize(pod: corev1.Pod, old: corev1.Pod): FieldError[] {
  const refuse = (detail: string): FieldError[] => [{ ...field.forbidden(Path.at(), detail), field: '[]' }];
  if (old.metadata?.annotations?.[MIRROR] !== undefined) return refuse('static pods cannot be resized');
  if (old.spec?.os?.name === 'windows') return refuse('windows pods cannot be resized');
  const now = qosClass(pod.spec ?? EMPTY);
  const same = now === (old.status?.qosClass ?? qosClass(old.spec ?? EMPTY));
  const errors = same ? [] : [field.invalid(SPEC, now, 'Pod QOS Class may not change as a result of resizing')];
  let fixed = false;
  for (const list of LISTS) {
    (pod.spec?.[list] ?? []).forEach((container, i) => {
      const before = old.spec?.[list]?.[i];
      if (!before || semanticEqual(container.resources, before.resources)) return;
      fixed ||= list === 'initContainers' && before.restartPolicy !== 'Always';
      fixed ||= !semanticEqual(others(container.resources), others(before.resources));
      errors.push(...validateChange(container, before, SPEC.child(list).index(i).child('resources')));
    });
  }
  return fixed ? [...errors, field.forbidden(SPEC, 'only cpu and memory resources are mutable')] : errors;
}

/** others are the parts of a container's resources that no resize changes. */
function others({ limits, requests, ...rest }: corev1.ResourceRequirements = {}) {
  const fixed = (list: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(list).filter(([name]) => !RESIZABLE.includes(name)));
  return { ...rest, limits: fixed(limits), requests: fixed(requests) };
}

function validateChange(
  { resources: now = {}, resizePolicy }: corev1.Container,
  { resources: before = {} }: corev1.Container,
  path: Path,
): FieldError[] {
  const errors = foundIn(['limits', 'requests'] as const, list =>
    RESIZABLE.some(name => before[list]?.[name] !== undefined && now[list]?.[name] === undefined)
      ? [field.forbidden(path.child(list), `resource ${list} cannot be removed`)]
      : [],
  );
  const restarts = resizePolicy?.some(p => p.resourceName === 'memory' && p.restartPolicy === 'RestartContainer');
  const [memory, old] = [now.limits?.['memory'], before.limits?.['memory']];
  const shrinks = memory !== undefined && old !== undefined && parseQuantity(memory).cmp(parseQuantity(old)) < 0;
  if (shrinks && !restarts) {
    const detail = 'memory limits cannot be decreased unless resizePolicy is RestartContainer';
    errors.push(field.forbidden(path.child('limits').key('memory'), detail));
  }
  return errors;
}
