/** The labels that a kubelet may set on its own node, besides those of other domains than Kubernetes' own. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
]);
const KUBELET_NAMESPACES = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const KUBERNETES_NAMESPACES = ['kubernetes.io', 'k8s.io'];
const RESTRICTED_NAMESPACE = ['node-restriction.kubernetes.io'];

type Labels = Readonly<Record<string, string>> | undefined;

/** forbiddenLabels are the labels, sorted, that changed between old and now and are not the kubelet's to change. */
export function forbiddenLabels(now: Labels, old: Labels): string[] {
  return changedLabels(now, old).filter(isForbidden).sort();
}

function changedLabels(now: Labels = {}, old: Labels = {}): string[] {
  const before = new Map(Object.entries(old));
  const after = new Map(Object.entries(now));
  return [...new Set([...before.keys(), ...after.keys()])].filter(key => before.get(key) !== after.get(key));
}

function isForbidden(label: string): boolean {
  const slash = label.indexOf('/');
  const namespace = slash < 0 ? '' : label.slice(0, slash);
  if (within(namespace, RESTRICTED_NAMESPACE)) return true;
  return (
    within(namespace, KUBERNETES_NAMESPACES) && !KUBELET_LABELS.has(label) && !within(namespace, KUBELET_NAMESPACES)
  );
}

function within(namespace: string, domains: readonly string[]): boolean {
  return domains.some(domain => namespace === domain || namespace.endsWith(`.${domain}`));
}
