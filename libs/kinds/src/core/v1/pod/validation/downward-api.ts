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
  const [, base = ref.fieldPath, subscript] = /^(.+?)\['(.*)'\]$/.exec(ref.fieldPath) ?? [];
  const problem = fieldProblem(ref, base, subscript);
  if (problem) return [field.invalid(at, ref.fieldPath, `error converting fieldPath: ${problem}`)];
  if (subscript === undefined) {
    const label = OLD_NAMES.get(base) ?? base;
    return supported.includes(label) ? [] : [field.notSupported(at, label, supported)];
  }
  return each(path, subscript, isQualifiedName(base === 'metadata.annotations' ? subscript.toLowerCase() : subscript));
}

/** OLD_NAMES are fields that clients of long ago call otherwise. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([['spec.host', 'spec.nodeName']]);

function fieldProblem(ref: corev1.ObjectFieldSelector, base: string, subscript: string | undefined): string {
  if (ref.apiVersion !== 'v1') return `unsupported pod version: ${ref.apiVersion}`;
  if (subscript !== undefined) {
    const isMap = base === 'metadata.annotations' || base === 'metadata.labels';
    return isMap ? '' : `field label does not support subscript: ${ref.fieldPath}`;
  }
  return KNOWN_FIELDS.has(base) || OLD_NAMES.has(base) ? '' : `field label not supported: ${base}`;
}

const RESOURCES = ['cpu', 'ephemeral-storage', 'memory'];
const RESOURCE_FIELDS = ['limits', 'requests'].flatMap(list => RESOURCES.map(name => `${list}.${name}`));
const SIZES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** HUGE_PAGES is the first release that shows huge pages. */
const HUGE_PAGES = 22;
const HUGE = /^(limits|requests)\.hugepages-/;

/** validateResourceFieldRef checks a reference to a limit or request of a container; `named`: the container has to be named. */
export function validateResourceFieldRef(
  ref: corev1.ResourceFieldSelector,
  path: Path,
  named: boolean,
  { emulated }: Release,
): FieldError[] {
  return [...validateResourceName(ref, path, named, emulated), ...validateDivisor(ref, path.child('divisor'))];
}

function validateResourceName(
  { containerName, resource }: corev1.ResourceFieldSelector,
  path: Path,
  named: boolean,
  emulated: number,
): FieldError[] {
  if (named && !containerName) return [field.required(path.child('containerName'))];
  const at = path.child('resource');
  if (!resource) return [field.required(at)];
  const known = RESOURCE_FIELDS.includes(resource) || (emulated >= HUGE_PAGES && HUGE.test(resource));
  return known ? [] : [field.notSupported(at, resource, RESOURCE_FIELDS)];
}

function validateDivisor({ resource, divisor }: corev1.ResourceFieldSelector, path: Path): FieldError[] {
  const text = divisor === undefined ? '0' : parseQuantity(divisor).toString();
  if (text === '0' || !resource || !(RESOURCE_FIELDS.includes(resource) || HUGE.test(resource))) return [];
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
