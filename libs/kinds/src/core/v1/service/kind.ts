import { Services, type corev1 } from '@navarch/api';
import { NEVER } from '../../../dormant';
import { defineKind, type KindDefinition, type Minor } from '../../../kind';
import { proxyConnect } from '../../../shared/connects';
import { served } from '../../../shared/served';
import { serviceColumns } from './columns';
import { DUAL_STACK } from './validation';
import { defaultService, IP_MODES } from './defaults';
import { serviceStatusStrategy, serviceStrategy } from './strategy';

/** CREATED_BY_PUT is the first release in which a PUT of no Service makes one. */
const CREATED_BY_PUT: Minor = 23;

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const selectable = ({ spec }: corev1.Service) => ({
  'spec.clusterIP': spec?.clusterIP ?? '',
  'spec.type': spec?.type ?? '',
});

/** service declares Service. */
export const service = (emulated: Minor): KindDefinition<corev1.Service> =>
  defineKind<corev1.Service>({
    resource: Services,
    versions: [served('v1', 'Service')],
    storagePath: 'services/specs',
    shortNames: ['svc'],
    categories: ['all'],
    // Services could not be deleted as a collection before 1.23.
    ...(emulated < 23 && { verbs: VERBS }),
    nameRule: 'label1035',
    dormant: {
      'spec.ipFamilies': DUAL_STACK,
      'spec.ipFamilyPolicy': DUAL_STACK,
      'spec.topologyKeys': NEVER,
      'spec.allocateLoadBalancerNodePorts': 22,
      'spec.internalTrafficPolicy': 22,
      'spec.loadBalancerClass': 22,
      'spec.trafficDistribution': 31,
      'status.loadBalancer.ingress.ipMode': IP_MODES,
    },
    defaults: defaultService,
    strategy: { ...serviceStrategy, allowCreateOnUpdate: emulated >= CREATED_BY_PUT },
    columns: serviceColumns,
    ...(emulated >= 31 && { selectableFields: selectable, fieldLabels: Object.keys(selectable({})) }),
    subresources: {
      status: serviceStatusStrategy,
      connects: { proxy: proxyConnect('ServiceProxyOptions') },
    },
  });
