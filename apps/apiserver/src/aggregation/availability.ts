import type { corev1 } from '@navarch/api';
import type { Availability } from './api-service';

/** BackendService is the Service that an APIService names. */
export interface BackendService {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** PASSED is said of an API that is there. */
export const PASSED: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** unavailable says why an API is not. */
export const unavailable = (reason: string, message: string): Availability => ({ status: 'False', reason, message });

/**
 * backendAvailability tells what Service and Endpoints alone say against an API being available; undefined: nothing, so that it
 * is worth asking the server. Reasons and messages are upstream's. Pure.
 */
export function backendAvailability(
  { namespace, name, port }: BackendService,
  service: corev1.Service | undefined,
  endpoints: corev1.Endpoints | undefined,
): Availability | undefined {
  const at = `service/${name} in ${JSON.stringify(namespace)}`;
  if (!service) return unavailable('ServiceNotFound', `${at} is not present`);
  if (service.spec?.type !== undefined && service.spec.type !== 'ClusterIP') return undefined;
  const chosen = service.spec?.ports?.find(one => one.port === port);
  if (!chosen) return unavailable('ServicePortError', `${at} is not listening on port ${port}`);
  if (!endpoints) return unavailable('EndpointsNotFound', `cannot find endpoints for ${at}`);
  const portName = chosen.name ?? '';
  const isServed = endpoints.subsets?.some(
    ({ addresses, ports }) => addresses?.length && ports?.some(one => (one.name ?? '') === portName),
  );
  if (isServed) return undefined;
  return unavailable(
    'MissingEndpoints',
    `endpoints for ${at} have no addresses with port name ${JSON.stringify(portName)}`,
  );
}
