import { splitDefName } from '../schema';

/** GROUPS are the API groups whose name is more than the last part of their package. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['core', ''],
  ['meta', ''],
  ['rbac', 'rbac.authorization.k8s.io'],
  ['apiserverinternal', 'internal.apiserver.k8s.io'],
  ['flowcontrol', 'flowcontrol.apiserver.k8s.io'],
  ['custom_metrics', 'custom.metrics.k8s.io'],
  ['external_metrics', 'external.metrics.k8s.io'],
  ...['apps', 'autoscaling', 'batch', 'extensions', 'policy'].map(group => [group, group] as const),
]);

/** groupOf is the API group of a definition: `io.k8s.api.rbac.v1.Role` is in `rbac.authorization.k8s.io`. */
export function groupOf(defName: string): string {
  const last = splitDefName(defName).package.split('.').at(-2) ?? '';
  return GROUPS.get(last) ?? `${last}.k8s.io`;
}
