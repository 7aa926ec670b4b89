import { PersistentVolumes } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** persistentVolume declares PersistentVolume. */
export const persistentVolume = defineKind({
  resource: PersistentVolumes,
  versions: [
    served('v1', 'PersistentVolume'),
  ],
  shortNames: ['pv'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
