import type { corev1, metav1 } from '@navarch/api';
import type { Path } from '@navarch/apimachinery';
import type { Minor } from '../kind';

/** LABELS_WARN is the first release that warns of node labels which have a new name. */
export const LABELS_WARN: Minor = 22;

const LABELS: ReadonlyMap<string, readonly [since: string, use: string]> = new Map([
  ['beta.kubernetes.io/arch', ['v1.14', 'kubernetes.io/arch']],
  ['beta.kubernetes.io/os', ['v1.14', 'kubernetes.io/os']],
  ['failure-domain.beta.kubernetes.io/region', ['v1.17', 'topology.kubernetes.io/region']],
  ['failure-domain.beta.kubernetes.io/zone', ['v1.17', 'topology.kubernetes.io/zone']],
  ['beta.kubernetes.io/instance-type', ['v1.17', 'node.kubernetes.io/instance-type']],
]);

/** successorOf is the name that took the place of a node label; undefined: it is not deprecated. */
export const successorOf = (label: string): string | undefined => LABELS.get(label)?.[1];

/** labelWarnings warn of one node label; `named`: the place does not tell which. */
export function labelWarnings(label: string, path: Path, named = false): string[] {
  const [since, use] = LABELS.get(label) ?? [];
  return since
    ? [`${path.toString()}: ${named ? `${label} is ` : ''}deprecated since ${since}; use "${use}" instead`]
    : [];
}

/** termWarnings warn of the labels that a term of a node selector is about. */
export function termWarnings({ matchExpressions }: corev1.NodeSelectorTerm, path: Path): string[] {
  const at = path.child('matchExpressions');
  return (matchExpressions ?? []).flatMap(({ key }, i) => labelWarnings(key, at.index(i).child('key'), true));
}

/** selectorWarnings warn of the labels that a LabelSelector of nodes is about. */
export function selectorWarnings(selector: metav1.LabelSelector | undefined, path: Path): string[] {
  if (!selector) return [];
  const labels = Object.keys(selector.matchLabels ?? {});
  return [
    ...termWarnings(selector as corev1.NodeSelectorTerm, path),
    ...labels.flatMap(key => labelWarnings(key, path.child('matchLabels', key))),
  ];
}
