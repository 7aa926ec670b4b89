import type { corev1 } from '@navarch/api';
import { foundIn, type Path } from '@navarch/apimachinery';
import type { Release } from '../../../../shared/errors';
import { claimWarnings } from '../../persistent-volume-claim/warnings';

/** GONE are the sources that volumes had once, in the order of the warnings. */
const GONE = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
} as const;
type Gone = keyof typeof GONE;

/** goneWarnings warn of sources that volumes do not have any more; `names` lists those that are looked for, in order. */
export function goneWarnings(
  source: Partial<Readonly<Record<Gone, unknown>>>,
  path: Path,
  names: readonly Gone[] = Object.keys(GONE) as Gone[],
): string[] {
  // One is spelled otherwise in the warning.
  const shown = (name: Gone) => path.child(name === 'storageos' ? 'storageOS' : name).toString();
  return foundIn(names, name => (source[name] ? [`${shown(name)}: ${GONE[name]}`] : []));
}

const BEFORE_CLAIMS: readonly Gone[] = [
  'photonPersistentDisk',
  'gitRepo',
  'scaleIO',
  'flocker',
  'storageos',
  'quobyte',
  'glusterfs',
];

/** volumeWarnings warn of volumes of kinds that are gone, and of files of a volume that take each other's place. */
export function volumeWarnings(volumes: readonly corev1.Volume[], path: Path, release: Release): string[] {
  const each = foundIn(volumes, (volume, i) => {
    const at = path.index(i);
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    return [
      ...goneWarnings(volume, at, BEFORE_CLAIMS),
      ...claimWarnings(claim, at.child('ephemeral', 'volumeClaimTemplate', 'spec'), release),
      ...goneWarnings(volume, at, ['cephfs', 'rbd']),
    ];
  });
  return [...each, ...foundIn(volumes, overlaps)];
}

const pathsOf = (items: readonly { path: string }[]) => items.map(item => item.path);

function overlaps({ name, configMap, secret, downwardAPI, projected }: corev1.Volume): string[] {
  const volume = `volume ${JSON.stringify(name)}`;
  const check = (kind: string, items: readonly { path: string }[] | undefined) =>
    items ? collisions(pathsOf(items), `${volume} (${kind}): overlapping paths`) : [];
  return [
    ...check(`ConfigMap ${JSON.stringify(configMap?.name ?? '')}`, configMap?.items),
    ...check(`Secret ${JSON.stringify(secret?.secretName ?? '')}`, secret?.items),
    ...check('DownwardAPI', downwardAPI?.items),
    ...projectedOverlaps(projected?.sources ?? [], volume),
  ];
}

function projectedOverlaps(sources: readonly corev1.VolumeProjection[], volume: string): string[] {
  const all = new Set<string>();
  return foundIn(sources, source => {
    if (!Object.keys(source).length) return [`${volume} (Projected) has no sources provided`];
    const { kind, paths } = projectedPaths(source);
    if (!paths.length) return [];
    const head = `${volume} (Projected ${kind}): overlapping paths`;
    const own = [...new Set(paths)];
    const found = [...collisions(paths, head), ...collisions([...own, ...all].sort(), head)];
    for (const path of own) all.add(path);
    return found;
  });
}

function projectedPaths({
  configMap,
  secret,
  downwardAPI,
  serviceAccountToken,
  clusterTrustBundle: bundle,
}: corev1.VolumeProjection): { kind: string; paths: string[] } {
  const quoted = (name: string | undefined) => JSON.stringify(name ?? '');
  if (configMap?.items) return { kind: `ConfigMap ${quoted(configMap.name)}`, paths: pathsOf(configMap.items) };
  if (secret?.items) return { kind: `Secret ${quoted(secret.name)}`, paths: pathsOf(secret.items) };
  if (downwardAPI?.items) return { kind: 'DownwardAPI', paths: pathsOf(downwardAPI.items) };
  if (serviceAccountToken) return { kind: 'ServiceAccountToken', paths: [serviceAccountToken.path] };
  if (bundle) return { kind: `ClusterTrustBundle ${quoted(bundle.name ?? bundle.signerName)}`, paths: [bundle.path] };
  return { kind: '', paths: [] };
}

/** collisions tell of each path that is another one, or begins like it. */
function collisions(paths: readonly string[], head: string): string[] {
  const seen = new Set<string>();
  return foundIn(paths, text => {
    const path = text.replace(/\/+$/, '');
    const other = [...seen].find(item => meets(item, path));
    seen.add(path);
    return other ? [`${head}: ${JSON.stringify(path)} with ${JSON.stringify(other)}`] : [];
  });
}

const meets = (a: string, b: string) => a !== '' && b !== '' && (`${a}/`.startsWith(b) || `${b}/`.startsWith(a));
