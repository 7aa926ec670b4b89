import { PersistentVolumeClaims } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** persistentVolumeClaim declares PersistentVolumeClaim. */
export const persistentVolumeClaim = defineKind({
  resource: PersistentVolumeClaims,
  versions: [
    served('v1', 'PersistentVolumeClaim'),
  ],
  shortNames: ['pvc'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
  },
});
