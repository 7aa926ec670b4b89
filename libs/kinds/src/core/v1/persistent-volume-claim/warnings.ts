import type { corev1 } from '@navarch/api';
import { foundIn, parseQuantity, Path } from '@navarch/apimachinery';
import type { Release } from '../../../shared/errors';
import { BETA_CLASS } from './validation';

/** WARNS is the first release that warns of claims and volumes. */
export const WARNS = 28;

/** classWarnings warn of the annotation that named the class of a claim or volume. */
export function classWarnings(
  { metadata }: Pick<corev1.PersistentVolumeClaim, 'metadata'>,
  { emulated }: Release,
): string[] {
  if (emulated < WARNS || metadata?.annotations?.[BETA_CLASS] === undefined) return [];
  const at = Path.at('metadata', 'annotations').key(BETA_CLASS).toString();
  return [`${at}: deprecated since v1.8; use "storageClassName" attribute instead`];
}

/** claimWarnings warn of amounts of storage that are no whole number of bytes. */
export function claimWarnings(
  spec: corev1.PersistentVolumeClaimSpec | undefined,
  path: Path,
  { emulated }: Release,
): string[] {
  if (emulated < WARNS) return [];
  return foundIn(['requests', 'limits'] as const, list => {
    const amount = spec?.resources?.[list]?.['storage'];
    if (amount === undefined || parseQuantity(amount).isInteger()) return [];
    const at = path.child('resources', list).key('storage').toString();
    return [`${at}: fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`];
  });
}
