import { FlowSchemas } from '@navarch/api';
import { defineKind } from '../../../kind';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** flowSchema declares FlowSchema. */
export const flowSchema = defineKind({
  resource: FlowSchemas,
  versions: [
    served('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', { since: 29 }),
    served('flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', { since: 26, until: 31, storedSince: 26, deprecated: deprecatedFor('1.29', '1.32', 'flowcontrol.apiserver.k8s.io/v1 FlowSchema') }),
    served('flowcontrol.apiserver.k8s.io/v1beta2', 'FlowSchema', { since: 23, until: 28, storedSince: 23, deprecated: deprecatedFor('1.26', '1.29', 'flowcontrol.apiserver.k8s.io/v1 FlowSchema') }),
    served('flowcontrol.apiserver.k8s.io/v1beta1', 'FlowSchema', { until: 25, storedSince: 0, deprecated: deprecatedFor('1.23', '1.26', 'flowcontrol.apiserver.k8s.io/v1 FlowSchema') }),
    served('flowcontrol.apiserver.k8s.io/v1alpha1', 'FlowSchema', { until: 23 }),
  ],
  strategy: specStrategy({ generation: true }),
  subresources: {
    status: statusStrategy(),
  },
});
