import type { corev1 } from '@navarch/api';
import { isDNS1123Label, parseQuantity, type KubeObject, type Path } from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import type { Release } from '../../../shared/errors';

/** SINCE is the first release that warns about the content of pods. */
const SINCE = 22;

const LABELS: ReadonlyMap<string, readonly [since: string, use: string]> = new Map([
  ['beta.kubernetes.io/arch', ['v1.14', 'kubernetes.io/arch']],
  ['beta.kubernetes.io/os', ['v1.14', 'kubernetes.io/os']],
  ['failure-domain.beta.kubernetes.io/region', ['v1.17', 'topology.kubernetes.io/region']],
  ['failure-domain.beta.kubernetes.io/zone', ['v1.17', 'topology.kubernetes.io/zone']],
  ['beta.kubernetes.io/instance-type', ['v1.17', 'node.kubernetes.io/instance-type']],
]);

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

/** podWarnings tells what is deprecated or most likely a mistake in a pod or template; nothing if it is as it was. */
export function podWarnings(
  template: corev1.PodTemplateSpec | undefined,
  old: corev1.PodTemplateSpec | undefined,
  path: Path,
  { emulated }: Release,
): string[] {
  const spec = template?.spec;
  if (!spec || emulated < SINCE || (old && semanticEqual(spec, old.spec))) return [];
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap(key => {
      const [since, use] = LABELS.get(key) ?? [];
      return since
        ? [`${path.child('nodeSelector').key(key).toString()}: deprecated since ${since}; use "${use}" instead`]
        : [];
    }),
    ...(spec.volumes ?? []).flatMap((volume, i) =>
      volume.gitRepo
        ? [
            `${path.child('volumes').index(i).child('gitRepo').toString()}: deprecated in v1.11, and disabled by default in v1.33+`,
          ]
        : [],
    ),
    ...(spec.initContainers ?? []).flatMap((container, i) =>
      containerWarnings(container, path.child('initContainers').index(i)),
    ),
    ...(spec.containers ?? []).flatMap((container, i) =>
      containerWarnings(container, path.child('containers').index(i)),
    ),
  ];
}

function containerWarnings({ env, ports, resources }: corev1.Container, path: Path): string[] {
  const warnings: string[] = [];
  for (const list of ['limits', 'requests'] as const) {
    const memory = resources?.[list]?.['memory'];
    if (memory === undefined || parseQuantity(memory).isInteger()) continue;
    warnings.push(
      `${path.child('resources', list).key('memory').toString()}: fractional byte value "${memory}" is invalid, must be an integer`,
    );
  }
  const names = new Set<string>();
  (env ?? []).forEach(({ name, value }, i) => {
    // A variable that refers to its own earlier value extends it, which is fine.
    const hides = names.has(name) && !value?.includes(`$(${name})`);
    if (hides)
      warnings.push(
        `${path.child('env').index(i).toString()}: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    names.add(name);
  });
  const used = new Map<string, string>();
  (ports ?? []).forEach(({ containerPort, protocol, hostPort, hostIP, name }, i) => {
    const at = path.child('ports').index(i).toString();
    const use = `${containerPort}/${protocol ?? ''}/${hostPort ?? 0}/${hostIP ?? ''}`;
    const before = used.get(use);
    if (before && !name) warnings.push(`${at}: duplicate port definition with ${before}`);
    used.set(use, before ?? at);
  });
  return warnings;
}
