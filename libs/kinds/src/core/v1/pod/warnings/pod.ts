import type { corev1 } from '@navarch/api';
import { foundIn, isDNS1123Label, type KubeObject, type Path } from '@navarch/apimachinery';
import { semanticEqual } from '../../../../shared/equal';
import type { Release } from '../../../../shared/errors';
import { FORMS, ipWarnings } from '../../../../shared/ip-forms';
import { LABELS_WARN, labelWarnings, termWarnings } from '../../../../shared/node-labels';
import { annotationWarnings } from './annotations';
import { containerWarnings, fractions } from './containers';
import { portWarnings } from './ports';
import { volumeWarnings } from './volumes';

/** NAMES_SINCE is the first release that warns of names which hosts cannot have. */
const NAMES_SINCE = 27;

/** nameWarnings warn of the name of a new object that pods and their hosts are called by; `uses` says so. */
export function nameWarnings(
  { metadata }: KubeObject,
  old: KubeObject | undefined,
  release: Release,
  uses = 'used in Pod names and hostnames',
): string[] {
  const problems = old || release.emulated < NAMES_SINCE ? [] : isDNS1123Label(metadata?.name ?? '', release);
  if (!problems.length) return [];
  return [
    `metadata.name: this is ${uses}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
  ];
}

/** podWarnings tells what is deprecated or most likely a mistake in a pod or template, which stands at `path`; nothing if it is as it was. */
export function podWarnings(
  template: corev1.PodTemplateSpec | undefined,
  old: corev1.PodTemplateSpec | undefined,
  path: Path,
  release: Release,
): string[] {
  const spec = template?.spec;
  const { emulated } = release;
  // The content of pods is warned of since the same release as labels.
  if (!spec || emulated < LABELS_WARN || (old && semanticEqual(spec, old.spec))) return [];
  const at = path.child('spec');
  return [
    ...foundIn(Object.keys(spec.nodeSelector ?? {}), key => labelWarnings(key, at.child('nodeSelector').key(key))),
    ...nodeAffinityWarnings(spec.affinity?.nodeAffinity, at.child('affinity', 'nodeAffinity')),
    ...spreadWarnings(spec, at.child('topologySpreadConstraints')),
    ...annotationWarnings(template, path),
    ...volumeWarnings(spec.volumes ?? [], at.child('volumes'), release),
    ...repeated(spec.hostAliases ?? [], 'ip', at.child('hostAliases')),
    ...repeated(spec.imagePullSecrets ?? [], 'name', at.child('imagePullSecrets')),
    ...unnamedSecrets(spec, at.child('imagePullSecrets')),
    ...fractions(spec.overhead, at.child('overhead')),
    ...containerWarnings(template, path),
    ...portWarnings(spec, at),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${at.child('terminationGracePeriodSeconds').toString()}: ${NEGATIVE}`]
      : []),
    ...foundIn(['podAffinity', 'podAntiAffinity'] as const, name =>
      podAffinityWarnings(spec.affinity?.[name], at.child('affinity', name)),
    ),
    ...(emulated < FORMS ? [] : addressWarnings(spec, at)),
  ];
}

const NEGATIVE = 'must be >= 0; negative values are invalid and will be treated as 1';
const NO_POD = 'a null labelSelector results in matching no pod';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function nodeAffinityWarnings(affinity: corev1.NodeAffinity | undefined, path: Path): string[] {
  const terms = path.child(REQUIRED, 'nodeSelectorTerms');
  const wishes = path.child(PREFERRED);
  return [
    ...foundIn(affinity?.[REQUIRED]?.nodeSelectorTerms, (term, i) => termWarnings(term, terms.index(i))),
    ...foundIn(affinity?.[PREFERRED], ({ preference }, i) =>
      termWarnings(preference ?? {}, wishes.index(i).child('preference')),
    ),
  ];
}

function spreadWarnings({ topologySpreadConstraints = [] }: corev1.PodSpec, path: Path): string[] {
  return foundIn(topologySpreadConstraints, ({ topologyKey, labelSelector }, i) => {
    const at = path.index(i);
    const empty = labelSelector ? [] : [`${at.child('labelSelector').toString()}: ${NO_POD}`];
    return [...labelWarnings(topologyKey, at.child('topologyKey'), true), ...empty];
  });
}

function podAffinityWarnings(affinity: corev1.PodAffinity | undefined, path: Path): string[] {
  const warn = (term: Partial<corev1.PodAffinityTerm> | undefined, at: Path) =>
    term?.labelSelector ? [] : [`${at.child('labelSelector').toString()}: ${NO_POD}`];
  return [
    ...foundIn(affinity?.[REQUIRED], (term, i) => warn(term, path.child(REQUIRED).index(i))),
    ...foundIn(affinity?.[PREFERRED], ({ podAffinityTerm }, i) =>
      warn(podAffinityTerm, path.child(PREFERRED).index(i).child('podAffinityTerm')),
    ),
  ];
}

function repeated<K extends string>(items: readonly Partial<Record<K, string>>[], name: K, path: Path): string[] {
  const values = items.map(item => item[name] ?? '');
  return foundIn(values, (value, i) =>
    values.indexOf(value) < i
      ? [`${path.index(i).child(name).toString()}: duplicate ${name} ${JSON.stringify(value)}`]
      : [],
  );
}

const unnamedSecrets = ({ imagePullSecrets = [] }: corev1.PodSpec, path: Path) =>
  foundIn(imagePullSecrets, ({ name }, i) =>
    name ? [] : [`${path.index(i).child('name').toString()}: invalid empty name ""`],
  );

function addressWarnings({ dnsConfig, hostAliases = [] }: corev1.PodSpec, path: Path): string[] {
  const servers = path.child('dnsConfig', 'nameservers');
  const aliases = path.child('hostAliases');
  return [
    ...foundIn(dnsConfig?.nameservers, (text, i) => ipWarnings(text, servers.index(i))),
    ...foundIn(hostAliases, ({ ip }, i) => ipWarnings(ip ?? '', aliases.index(i).child('ip'))),
  ];
}
