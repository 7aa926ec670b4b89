import { ComponentStatuses, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';

const HEALTH: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' };
const healthy = ({ conditions = [] }: corev1.ComponentStatus) => conditions.find(c => c.type === 'Healthy');

/** componentStatus declares ComponentStatus, which the API server makes up when it is asked. */
export const componentStatus = defineKind<corev1.ComponentStatus>({
  resource: ComponentStatuses,
  versions: [served('v1', 'ComponentStatus', { deprecated: deprecatedFor('1.19') })],
  shortNames: ['cs'],
  verbs: ['get', 'list'],
  columns: defineColumns<corev1.ComponentStatus>([
    nameColumn,
    text('Status', status => HEALTH[healthy(status)?.status ?? ''] ?? 'Unknown'),
    text('Message', status => healthy(status)?.message ?? ''),
    text('Error', status => healthy(status)?.error ?? ''),
  ]),
  strategy: {},
});
