import type { corev1 } from '@navarch/api';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, formatLabels, nameColumn, NONE, text, wide } from '../../../shared/printer';

/** serviceColumns are the columns of `kubectl get services`. */
export const serviceColumns = defineColumns<corev1.Service>([
  nameColumn,
  text('Type', service => service.spec?.type ?? ''),
  text('Cluster-IP', service => service.spec?.clusterIPs?.[0] || service.spec?.clusterIP || NONE),
  text('External-IP', externalIP),
  text('Port(s)', ports),
  ageColumn,
  wide('Selector', service => formatLabels(service.spec?.selector)),
]);

function externalIP({ spec, status }: corev1.Service): string {
  const given = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ExternalName':
      return spec.externalName || NONE;
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(i => i.ip || i.hostname || '').filter(Boolean);
      const all = [...[...new Set(ingress)].sort(), ...given];
      return all.length ? all.join(',') : '<pending>';
    }
    default:
      return given.length ? given.join(',') : NONE;
  }
}

function ports({ spec }: corev1.Service): string {
  const list = (spec?.ports ?? []).map(
    ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
  );
  return list.length ? list.join(',') : NONE;
}
