import type { corev1, policyv1beta1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import type { Container, Finding } from './finding';

type Spec = policyv1beta1.PodSecurityPolicySpec;

const VOLUMES = Path.at('spec', 'volumes');
/** TYPES are those sources whose name in policies is not the field's. */
const TYPES: Readonly<Record<string, string>> = { cephfs: 'cephFS' };

/** checkVolumes: each source has to be of an allowed type; host paths and drivers are looked at closer. `containers` with their paths. */
export function checkVolumes(
  spec: Spec,
  volumes: readonly corev1.Volume[],
  containers: readonly (readonly [Container, Path])[],
): Finding[] {
  return volumes.flatMap((volume, i) => {
    const path = VOLUMES.index(i);
    const source = Object.keys(volume).find(key => key !== 'name') ?? '';
    const type = TYPES[source] ?? source;
    if (!allowsType(spec.volumes ?? [], type, volume))
      return [field.invalid(path, type, `${type} volumes are not allowed to be used`)];
    if (volume.hostPath) return checkHostPath(spec, volume, path, containers);
    if (volume.flexVolume)
      return checkDriver(
        spec.allowedFlexVolumes?.map(({ driver }) => driver),
        volume.flexVolume.driver,
        path.child('driver'),
        'Flexvolume driver is not allowed to be used',
      );
    if (volume.csi)
      return checkDriver(
        spec.allowedCSIDrivers?.map(({ name }) => name),
        volume.csi.driver,
        path.child('csi', 'driver'),
        'Inline CSI driver is not allowed to be used',
      );
    return [];
  });
}

function allowsType(allowed: readonly string[], type: string, { projected }: corev1.Volume): boolean {
  if (allowed.includes('*') || allowed.includes(type)) return true;
  // The volume with a service account's token takes the place of a Secret's: who may have the one may have the other.
  return !!projected && allowed.includes('secret') && isTokenVolume(projected);
}

function isTokenVolume({ sources }: corev1.ProjectedVolumeSource): boolean {
  return (sources ?? []).every(({ serviceAccountToken: token, configMap, downwardAPI }) => {
    if (!token && !configMap && !downwardAPI) return false;
    if (token && (token.path !== 'token' || token.audience)) return false;
    if (configMap && configMap.name !== 'kube-root-ca.crt') return false;
    return (downwardAPI?.items ?? []).every(
      ({ path, fieldRef }) =>
        path === 'namespace' && fieldRef?.apiVersion === 'v1' && fieldRef.fieldPath === 'metadata.namespace',
    );
  });
}

/** A path that is allowed for reading only may be mounted so only. */
function checkHostPath(
  { allowedHostPaths = [] }: Spec,
  { name, hostPath }: corev1.Volume,
  path: Path,
  containers: readonly (readonly [Container, Path])[],
): Finding[] {
  if (!allowedHostPaths.length) return [];
  const actual = hostPath!.path;
  const matching = allowedHostPaths.filter(({ pathPrefix = '' }) => isBelow(actual, pathPrefix));
  if (!matching.length)
    return [field.invalid(path.child('hostPath', 'pathPrefix'), actual, 'is not allowed to be used')];
  if (matching.some(({ readOnly }) => !readOnly)) return [];
  return containers.flatMap(([{ volumeMounts = [] }, at]) =>
    volumeMounts.flatMap((mount, i) =>
      mount.name === name && !mount.readOnly
        ? [field.invalid(at.child('volumeMounts').index(i).child('readOnly'), false, 'must be read-only')]
        : [],
    ),
  );
}

/** isBelow: the path is the other, or below it, by whole segments. */
function isBelow(path: string, prefix: string): boolean {
  const [a, b] = [path.replace(/\/$/, ''), prefix.replace(/\/$/, '')];
  return a === b || a.startsWith(`${b}/`);
}

function checkDriver(
  allowed: readonly (string | undefined)[] | undefined,
  driver: string,
  path: Path,
  detail: string,
): Finding[] {
  return !allowed?.length || allowed.includes(driver) ? [] : [field.invalid(path, driver, detail)];
}
