import type { appsv1 } from '@navarch/api';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, containerColumns, formatSelector, nameColumn, text, wide } from '../../../shared/printer';

/** deploymentColumns are the columns of `kubectl get deployments`. */
export const deploymentColumns = defineColumns<appsv1.Deployment>([
  nameColumn,
  text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  text('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  text('Available', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...containerColumns<appsv1.Deployment>(({ spec }) => spec?.template?.spec),
  wide('Selector', ({ spec }) => formatSelector(spec?.selector)),
]);
