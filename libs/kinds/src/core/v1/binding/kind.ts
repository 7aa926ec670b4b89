import { Bindings, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';

/** binding declares Binding, the order to run a pod on a node; nothing of it is stored, and the API server checks it. */
export const binding = defineKind<corev1.Binding>({
  resource: Bindings,
  versions: [served('v1', 'Binding')],
  verbs: ['create'],
  strategy: {},
});
