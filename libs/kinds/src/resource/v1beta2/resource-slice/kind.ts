import { resource, type resourcev1beta2 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** resourceSlice declares ResourceSlice. */
export const resourceSlice = defineKind({
  resource: resource<resourcev1beta2.ResourceSlice>('resource.k8s.io/v1beta2', 'resourceslices', 'ResourceSlice', false),
  versions: [
    served('resource.k8s.io/v1beta2', 'ResourceSlice', { since: 33 }),
    served('resource.k8s.io/v1beta1', 'ResourceSlice', { since: 32 }),
  ],
  strategy: plainStrategy(),
});
