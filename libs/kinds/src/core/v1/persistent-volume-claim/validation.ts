import type { corev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { changesText } from '../../../shared/changes';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, oneOf, type Release } from '../../../shared/errors';
import { validateSources } from './data-sources';
import { validateLabelSelector } from '../../../shared/label-validation';

/** accessModes are those a release knows, in the order in which messages list them. */
export const accessModes = ({ emulated }: Release): readonly string[] => [
  'ReadOnlyMany',
  'ReadWriteMany',
  'ReadWriteOnce',
  ...(emulated >= 27 ? ['ReadWriteOncePod'] : []),
];

/** VOLUME_MODES in the order in which messages list them. */
export const VOLUME_MODES = ['Block', 'Filesystem'] as const;

/** validateAccessModes checks each mode; ReadWriteOncePod stands alone. */
export function validateAccessModes(modes: readonly string[], path: Path, release: Release): FieldError[] {
  const errors = foundIn(modes, mode => oneOf(path, mode, accessModes(release)));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(field.forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

/** validateClaimSpec checks the spec of a claim. */
export function validateClaimSpec(
  spec: Partial<corev1.PersistentVolumeClaimSpec>,
  path: Path,
  release: Release,
): FieldError[] {
  const { accessModes: modes = [], resources, selector, storageClassName, volumeMode } = spec;
  const errors: FieldError[] = [];
  if (modes.length === 0) errors.push(field.required(path.child('accessModes'), 'at least 1 access mode is required'));
  errors.push(...validateLabelSelector(selector, path.child('selector'), release));
  errors.push(...validateAccessModes(modes, path.child('accessModes'), release));
  const at = path.child('resources').key('storage');
  const storage = resources?.requests?.['storage'];
  if (storage === undefined) errors.push(field.required(at));
  else {
    const quantity = parseQuantity(storage);
    if (quantity.sign() <= 0) errors.push(field.invalid(at, quantity.toString(), 'must be greater than zero'));
  }
  if (storageClassName)
    errors.push(...each(path.child('storageClassName'), storageClassName, isDNS1123Subdomain(storageClassName)));
  if (volumeMode !== undefined) errors.push(...oneOf(path.child('volumeMode'), volumeMode, VOLUME_MODES));
  return [...errors, ...validateSources(spec, path, release)];
}

const SPEC = Path.at('spec');
/** BETA_CLASS is the annotation that named the class before there was a field for it. */
export const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

/** validateClaim checks a PersistentVolumeClaim. */
export function validateClaim(
  { spec = {} as corev1.PersistentVolumeClaimSpec }: corev1.PersistentVolumeClaim,
  release: Release,
): FieldError[] {
  return validateClaimSpec(spec, SPEC, release);
}

/** validateClaimUpdate: a claim is for what was asked for, since quotas count it; only its size may grow, once it is bound. */
export function validateClaimUpdate(
  claim: corev1.PersistentVolumeClaim,
  old: corev1.PersistentVolumeClaim,
  release: Release,
): FieldError[] {
  const errors = validateClaim(claim, release);
  const annotation = (c: corev1.PersistentVolumeClaim) => c.metadata?.annotations?.[BETA_CLASS] ?? '';
  if (annotation(claim) !== annotation(old))
    errors.push(field.invalid(Path.at('metadata', 'annotations', BETA_CLASS), annotation(claim), IMMUTABLE));
  const { spec } = claim;
  const before = old.spec;
  const storage = (s: corev1.PersistentVolumeClaimSpec | undefined) => s?.resources?.requests?.['storage'] ?? '0';
  const fixed = (s: corev1.PersistentVolumeClaimSpec | undefined) => {
    const { resources, volumeName, volumeAttributesClassName, ...rest } = { ...s };
    const bound = old.status?.phase === 'Bound';
    return {
      ...rest,
      // The binder may name the volume of a claim that has none yet.
      ...(before?.volumeName && { volumeName }),
      ...(release.emulated < 31 && { volumeAttributesClassName }),
      resources: bound ? { ...resources, requests: { ...resources?.requests, storage: undefined } } : resources,
    };
  };
  if (!semanticEqual(fixed(spec), fixed(before))) {
    const exception =
      release.emulated >= 31
        ? 'resources.requests and volumeAttributesClassName for bound claims'
        : 'resources.requests for bound claims';
    const changes = changesText(spec, before, 'spec');
    errors.push(field.forbidden(SPEC, `spec is immutable after creation except ${exception}\n${changes}`));
  }
  if (parseQuantity(storage(spec)).cmp(parseQuantity(storage(before))) < 0) {
    const reached = old.status?.capacity?.['storage'];
    const shrinksBack =
      release.emulated >= 23 && reached !== undefined && parseQuantity(storage(spec)).cmp(parseQuantity(reached)) > 0;
    const detail =
      release.emulated >= 23
        ? 'field can not be less than status.capacity'
        : 'field can not be less than previous value';
    if (!shrinksBack) errors.push(field.forbidden(SPEC.child('resources', 'requests', 'storage'), detail));
  }
  // It stands without the spec that it is in.
  if (spec?.volumeMode !== before?.volumeMode)
    errors.push(field.invalid(Path.at('volumeMode'), spec?.volumeMode, IMMUTABLE));
  return errors;
}

/** validateClaimStatus: no amount is negative. */
export function validateClaimStatus({ status }: corev1.PersistentVolumeClaim): FieldError[] {
  return foundIn(Object.entries(status?.capacity ?? {}), ([name, text]) => {
    const quantity = parseQuantity(text);
    return quantity.sign() < 0
      ? [
          field.invalid(
            Path.at('status', 'capacity').key(name),
            Number(quantity.value()),
            'must be a valid resource quantity',
          ),
        ]
      : [];
  });
}
