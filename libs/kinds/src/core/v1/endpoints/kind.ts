import { Endpoints, type corev1 } from '@navarch/api';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { endpointsWarnings } from './warnings';
import { validateEndpoints, validateEndpointsUpdate } from './validation';

const SHOWN = 3;

/** formatEndpoints prints the first addresses with their ports, and how many more there are. */
export function formatEndpoints({ subsets = [] }: corev1.Endpoints): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) => {
    if (!ports.length) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) =>
      addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
    );
  });
  const shown = all.slice(0, SHOWN).join(',');
  if (all.length > SHOWN) return `${shown} + ${all.length - SHOWN} more...`;
  // Addresses that are not ready yet leave the cell empty.
  return subsets.length ? shown : NONE;
}

function defaultEndpoints({ subsets = [] }: corev1.Endpoints): void {
  for (const port of subsets.flatMap(s => s.ports ?? [])) port.protocol ||= 'TCP';
}

/** endpoints declares Endpoints. */
export const endpoints = defineKind<corev1.Endpoints>({
  resource: Endpoints,
  versions: [
    served('v1', 'Endpoints', { deprecated: deprecatedFor('1.33', undefined, 'discovery.k8s.io/v1 EndpointSlice') }),
  ],
  storagePath: 'services/endpoints',
  shortNames: ['ep'],
  defaults: defaultEndpoints,
  columns: defineColumns<corev1.Endpoints>([nameColumn, text('Endpoints', formatEndpoints), ageColumn]),
  strategy: {
    ...plainStrategy<corev1.Endpoints>(validateEndpoints),
    validateUpdate: validateEndpointsUpdate,
    allowCreateOnUpdate: true,
    warnings: endpointsWarnings,
  },
});
