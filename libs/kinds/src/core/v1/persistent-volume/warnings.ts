import type { corev1 } from '@navarch/api';
import { foundIn, Path } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { termWarnings } from '../../../shared/node-labels';
import { classWarnings, WARNS } from '../persistent-volume-claim/warnings';
import { goneWarnings } from '../pod/warnings/volumes';

const SPEC = Path.at('spec');
const TERMS = SPEC.child('nodeAffinity', 'required', 'nodeSelectorTerms');
const RECYCLED =
  'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';

/** volumeWarnings warn of what is deprecated or gone in a PersistentVolume. */
export function volumeWarnings(
  volume: corev1.PersistentVolume,
  _old: corev1.PersistentVolume | undefined,
  context: StrategyContext,
): string[] {
  if (context.emulated < WARNS) return [];
  const { spec = {} } = volume;
  return [
    ...classWarnings(volume, context),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [`${SPEC.child('persistentVolumeReclaimPolicy').toString()}: ${RECYCLED}`]
      : []),
    ...foundIn(spec.nodeAffinity?.required?.nodeSelectorTerms, (term, i) => termWarnings(term, TERMS.index(i))),
    ...goneWarnings(spec, SPEC, ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd']),
  ];
}
