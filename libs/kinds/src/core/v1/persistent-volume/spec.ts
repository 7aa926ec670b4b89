import type { corev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, parseQuantity, type FieldError, type Path } from '@navarch/apimachinery';
import { each, oneOf, unsupportedStruct, type Release } from '../../../shared/errors';
import { STRICT_VALUES, validateNodeSelector } from '../pod/validation/node-selector';
import { sourcePath } from '../pod/validation/volume-sources';
import { validateAccessModes, VOLUME_MODES } from '../persistent-volume-claim/validation';
import { VOLUME_SOURCES } from './sources';
import { goValue } from '../../../shared/go-struct';

/** VolumeForm is what decides how the spec of a volume is checked. */
export interface VolumeForm {
  readonly name: string;
  /** inline: the spec stands in an attachment and is no object of its own. */
  readonly inline?: boolean;
  /** anyValues: nodes are chosen by values that labels cannot have, as they were before. */
  readonly anyValues?: boolean;
}

const INLINE = 'in the context of inline volumes';
const NOT_INLINE = `may not be specified ${INLINE}`;

/** validateVolumeSpec checks the spec of a volume. */
export function validateVolumeSpec(
  spec: corev1.PersistentVolumeSpec,
  path: Path,
  release: Release,
  form: VolumeForm,
): FieldError[] {
  const { accessModes = [] } = spec;
  const modes = path.child('accessModes');
  const given = VOLUME_SOURCES.filter(([name]) => spec[name]);
  return [
    ...(form.inline ? validateInline(spec, path) : []),
    ...(accessModes.length ? [] : [field.required(modes)]),
    ...validateAccessModes(accessModes, modes, release),
    ...(form.inline ? [] : validateCapacity(spec.capacity, path.child('capacity'))),
    ...validatePolicy(spec, path, form),
    ...validateAffinity(spec, path, release, form),
    // A flexible volume was forgotten where there is one already.
    ...foundIn(given, ([name, check], i) =>
      i && name !== 'flexVolume'
        ? [field.forbidden(path.child(name), 'may not specify more than 1 volume type')]
        : check(spec, sourcePath(path, name), release, form.name),
    ),
    ...(given.length ? [] : [field.required(path, 'must specify a volume type')]),
    ...(spec.local && !spec.nodeAffinity
      ? [field.required(path.child('nodeAffinity'), 'Local volume requires node affinity')]
      : []),
    ...validateRecycling(spec, path),
    ...validateClass(spec, path, form),
    ...validateMode(spec, path, form),
  ];
}

function validateInline({ claimRef, capacity, csi }: corev1.PersistentVolumeSpec, path: Path): FieldError[] {
  return [
    ...(claimRef ? [field.forbidden(path.child('claimRef'), NOT_INLINE)] : []),
    ...(Object.keys(capacity ?? {}).length ? [field.forbidden(path.child('capacity'), NOT_INLINE)] : []),
    ...(csi ? [] : [field.required(path.child('csi'), `has to be specified ${INLINE}`)]),
  ];
}

function validatePolicy(
  { persistentVolumeReclaimPolicy: policy }: corev1.PersistentVolumeSpec,
  path: Path,
  { inline }: VolumeForm,
): FieldError[] {
  const at = path.child('persistentVolumeReclaimPolicy');
  if (!policy) return [];
  if (!inline) return oneOf(at, policy, ['Delete', 'Recycle', 'Retain']);
  return policy === 'Retain' ? [] : [field.forbidden(at, `may only be Retain ${INLINE}`)];
}

function validateAffinity(
  { nodeAffinity }: corev1.PersistentVolumeSpec,
  path: Path,
  { emulated }: Release,
  { inline, anyValues }: VolumeForm,
): FieldError[] {
  const at = path.child('nodeAffinity');
  if (!nodeAffinity) return [];
  if (inline) return [field.forbidden(at, NOT_INLINE)];
  const { required } = nodeAffinity;
  const where = at.child('required');
  if (!required) return [field.required(where, 'must specify required node constraints')];
  return validateNodeSelector(required, where, emulated >= STRICT_VALUES && !anyValues);
}

function validateRecycling(
  { hostPath, persistentVolumeReclaimPolicy: policy }: corev1.PersistentVolumeSpec,
  path: Path,
): FieldError[] {
  if (policy !== 'Recycle' || !hostPath || !/^\/+$/.test(hostPath.path ?? '')) return [];
  const at = path.child('persistentVolumeReclaimPolicy');
  return [field.forbidden(at, "may not be 'recycle' for a hostPath mount of '/'")];
}

function validateClass(
  { storageClassName }: corev1.PersistentVolumeSpec,
  path: Path,
  { inline }: VolumeForm,
): FieldError[] {
  const at = path.child('storageClassName');
  if (!storageClassName) return [];
  return inline ? [field.forbidden(at, NOT_INLINE)] : each(at, storageClassName, isDNS1123Subdomain(storageClassName));
}

function validateMode({ volumeMode }: corev1.PersistentVolumeSpec, path: Path, { inline }: VolumeForm): FieldError[] {
  const at = path.child('volumeMode');
  if (volumeMode === undefined) return [];
  if (!inline) return oneOf(at, volumeMode, VOLUME_MODES);
  if (volumeMode === 'Filesystem') return [];
  return [field.forbidden(at, `may not specify volumeMode other than Filesystem ${INLINE}`)];
}

function validateCapacity(capacity: Readonly<Record<string, string>> | undefined, path: Path): FieldError[] {
  const names = Object.keys(capacity ?? {});
  const errors = names.length ? [] : [field.required(path)];
  if (names.length !== 1 || names[0] !== 'storage')
    errors.push(unsupportedStruct(path, goValue('core.ResourceList', capacity), ['storage']));
  return [...errors, ...foundIn(names.sort(), name => validateAmount(capacity![name]!, path.key(name)))];
}

function validateAmount(text: string, path: Path): FieldError[] {
  const quantity = parseQuantity(text);
  const errors: FieldError[] = [];
  if (quantity.value() < 0n)
    errors.push(field.invalid(path, Number(quantity.value()), 'must be a valid resource quantity'));
  if (quantity.sign() <= 0) errors.push(field.invalid(path, quantity.toString(), 'must be greater than zero'));
  return errors;
}
