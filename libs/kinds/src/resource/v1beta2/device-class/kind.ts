import { resource, type resourcev1beta2 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** deviceClass declares DeviceClass. */
export const deviceClass = defineKind({
  resource: resource<resourcev1beta2.DeviceClass>('resource.k8s.io/v1beta2', 'deviceclasses', 'DeviceClass', false),
  versions: [
    served('resource.k8s.io/v1beta2', 'DeviceClass', { since: 33 }),
    served('resource.k8s.io/v1beta1', 'DeviceClass', { since: 32 }),
  ],
  strategy: plainStrategy(),
});
