import type { corev1 } from '@navarch/api';
import { field, isQualifiedName, parseQuantity, type FieldError, type Path } from '@navarch/apimachinery';
import { each, requireText, type Release } from '../../../../shared/errors';

const KNOWN_FIELDS = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

/** envFields are the fields of a pod that an environment variable may show. */
export const envFields = ({ emulated }: Release): readonly string[] => [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  ...(emulated >= 28 ? ['status.hostIPs'] : []),
  'status.podIP',
  'status.podIPs',
];

/** VOLUME_FIELDS are the fields of a pod that a file may show. */
export const VOLUME_FIELDS: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

/** validateFieldRef checks a reference to a field of the pod; `metadata.labels['key']` names one label. */
export function validateFieldRef(
  ref: corev1.ObjectFieldSelector,
  supported: readonly string[],
  path: Path,
): FieldError[] {
  const missing = [
    ...requireText(path.child('apiVersion'), ref.apiVersion),
    ...requireText(path.child('fieldPath'), ref.fieldPath),
  ];
  if (missing.length) return missing.slice(0, 1);
  const at = path.child('fieldPath');
  const [, base = ref.fieldPath, subscript] = /^([^[]*)\['(.*)'\]$/.exec(ref.fieldPath) ?? [];
  const problem =
    ref.apiVersion !== 'v1'
      ? `unsupported pod version: ${ref.apiVersion}`
      : KNOWN_FIELDS.has(base)
        ? ''
        : `field label not supported: ${base}`;
  if (problem) return [field.invalid(at, ref.fieldPath, `error converting fieldPath: ${problem}`)];
  if (subscript === undefined)
    return supported.includes(base) ? [] : [field.notSupported(at, ref.fieldPath, supported)];
  if (base === 'metadata.annotations') return each(at, subscript, isQualifiedName(subscript.toLowerCase()));
  if (base === 'metadata.labels') return each(at, subscript, isQualifiedName(subscript));
  return [field.invalid(at, base, 'does not support subscript')];
}

const RESOURCES = ['cpu', 'ephemeral-storage', 'memory'];
const RESOURCE_FIELDS = ['limits', 'requests'].flatMap(list => RESOURCES.map(name => `${list}.${name}`));
const SIZES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** validateResourceFieldRef checks a reference to a limit or request of a container; `named`: the container has to be named. */
export function validateResourceFieldRef(ref: corev1.ResourceFieldSelector, path: Path, named: boolean): FieldError[] {
  if (named && !ref.containerName) return [field.required(path.child('containerName'))];
  const at = path.child('resource');
  if (!ref.resource) return [field.required(at)];
  const hugePages = /^(limits|requests)\.hugepages-/.test(ref.resource);
  const known = RESOURCE_FIELDS.includes(ref.resource) || hugePages;
  return [
    ...(known ? [] : [field.notSupported(at, ref.resource, RESOURCE_FIELDS)]),
    ...validateDivisor(ref, path.child('divisor')),
  ];
}

function validateDivisor({ resource, divisor }: corev1.ResourceFieldSelector, path: Path): FieldError[] {
  const text = divisor === undefined ? '0' : parseQuantity(divisor).toString();
  if (text === '0') return [];
  const [, name = ''] = resource.split('.');
  const allowed = name === 'cpu' ? ['1m', '1'] : SIZES;
  if (allowed.includes(text)) return [];
  if (name === 'cpu')
    return [field.invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  const what =
    name === 'ephemeral-storage' ? 'local ephemeral storage' : name.startsWith('hugepages-') ? 'hugepages' : 'memory';
  return [
    field.invalid(path, resource, `only divisor's values ${SIZES.join(', ')} are supported with the ${what} resource`),
  ];
}
