import type { corev1 } from '@navarch/api';
import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import { oneOf, type Release } from '../../../../shared/errors';
import { validateDescendingPath } from './paths';

type Volumes = ReadonlyMap<string, corev1.Volume>;

/** validateVolumeMounts checks where a container sees the pod's volumes. */
export function validateVolumeMounts(container: corev1.Container, volumes: Volumes, path: Path): FieldError[] {
  const places = new Set<string>();
  const devices = container.volumeDevices ?? [];
  return foundIn(container.volumeMounts, (mount, i) => {
    const at = path.index(i);
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(field.required(at.child('name')));
    if (!volumes.has(mount.name)) errors.push(field.notFoundValue(at.child('name'), mount.name ?? ''));
    if (!mount.mountPath) errors.push(field.required(at.child('mountPath')));
    if (places.has(mount.mountPath))
      errors.push(field.invalid(at.child('mountPath'), mount.mountPath, 'must be unique'));
    places.add(mount.mountPath);
    if (devices.some(d => d.name === mount.name)) {
      errors.push(field.invalid(at.child('name'), mount.name, 'must not already exist in volumeDevices'));
    }
    if (devices.some(d => d.devicePath === mount.mountPath)) {
      errors.push(
        field.invalid(at.child('mountPath'), mount.mountPath, 'must not already exist as a path in volumeDevices'),
      );
    }
    return [
      ...errors,
      ...validateSubPath(mount, path),
      ...validatePropagation(mount.mountPropagation, container, path.child('mountPropagation')),
      ...validateRecursion(mount, at.child('recursiveReadOnly')),
    ];
  });
}

function validateRecursion({ recursiveReadOnly: mode, readOnly, mountPropagation }: corev1.VolumeMount, path: Path) {
  if (mode === undefined || mode === 'Disabled') return [];
  const modes = ['Disabled', 'IfPossible', 'Enabled'];
  if (!modes.includes(mode)) return [field.notSupported(path, mode, modes)];
  const only = (when: string) => field.forbidden(path, `may only be specified when ${when}`);
  const propagates = mountPropagation !== undefined && mountPropagation !== 'None';
  return [
    ...(readOnly ? [] : [only('readOnly is true')]),
    ...(propagates ? [only('mountPropagation is None or not specified')] : []),
  ];
}

function validateSubPath({ subPath, subPathExpr }: corev1.VolumeMount, path: Path): FieldError[] {
  const errors = subPath ? validateDescendingPath(subPath, path.child('subPath')) : [];
  if (!subPathExpr) return errors;
  if (subPath)
    errors.push(
      field.invalid(path.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
    );
  return [...errors, ...validateDescendingPath(subPathExpr, path.child('subPathExpr'))];
}

function validatePropagation(propagation: string | undefined, container: corev1.Container, path: Path): FieldError[] {
  if (propagation === undefined) return [];
  const errors = oneOf(path, propagation, ['Bidirectional', 'HostToContainer', 'None']);
  if (propagation === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.push(field.forbidden(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
  return errors;
}

/** validateVolumeDevices checks which volumes a container gets as raw devices. */
export function validateVolumeDevices(
  container: corev1.Container,
  volumes: Volumes,
  path: Path,
  { emulated }: Release,
): FieldError[] {
  const names = new Set<string>();
  const places = new Set<string>();
  const mounts = container.volumeMounts ?? [];
  const kinds = emulated >= 23 ? 'PersistentVolumeClaim or Ephemeral' : 'PersistentVolumeClaim';
  return foundIn(container.volumeDevices, (device, i) => {
    const at = path.index(i);
    const errors: FieldError[] = [];
    const volume = volumes.get(device.name);
    if (!device.name) errors.push(field.required(at.child('name')));
    if (names.has(device.name)) errors.push(field.invalid(at.child('name'), device.name, 'must be unique'));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.push(
        field.invalid(at.child('name'), device.name, `can only use volume source type of ${kinds} for block mode`),
      );
    }
    if (!volume) errors.push(field.notFoundValue(at.child('name'), device.name ?? ''));
    if (!device.devicePath) errors.push(field.required(at.child('devicePath')));
    if (places.has(device.devicePath))
      errors.push(field.invalid(at.child('devicePath'), device.devicePath, 'must be unique'));
    if (device.devicePath?.split('/').includes('..')) {
      errors.push(field.invalid(at.child('devicePath'), device.devicePath, "can not contain backsteps ('..')"));
    }
    if (mounts.some(m => m.name === device.name)) {
      errors.push(field.invalid(at.child('name'), device.name, 'must not already exist in volumeMounts'));
    }
    if (mounts.some(m => m.mountPath === device.devicePath)) {
      errors.push(
        field.invalid(at.child('devicePath'), device.devicePath, 'must not already exist as a path in volumeMounts'),
      );
    }
    names.add(device.name);
    places.add(device.devicePath);
    return errors;
  });
}
