import type { corev1 } from '@navarch/api';
import { plainIP } from '@navarch/apimachinery';
import type { ServiceResolver } from '../outbound/webhook-caller';

/** Reader reads one kind of object: a Store or an informer. */
interface Reader<T> {
  get(namespace: string, name: string): Promise<T | undefined> | T | undefined;
}

/** serviceResolver finds one ready backend of a service's port; it rejects with an Error if there is none. */
export function serviceResolver(
  services: () => Reader<corev1.Service>,
  endpoints: () => Reader<corev1.Endpoints>,
): ServiceResolver {
  return async (namespace, name, port) => {
    const service = await services().get(namespace, name);
    if (!service) throw new Error(`service ${JSON.stringify(name)} not found`);
    if (service.spec?.type === 'ExternalName') return { host: service.spec.externalName ?? '', port };
    if (service.spec?.clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
    const chosen = service.spec?.ports?.find(one => one.port === port);
    if (!chosen) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
    const backends = ((await endpoints().get(namespace, name))?.subsets ?? []).flatMap(subset => {
      const match = subset.ports?.find(one => (one.name ?? '') === (chosen.name ?? ''));
      return match ? (subset.addresses ?? []).map(address => ({ host: plainIP(address.ip), port: match.port })) : [];
    });
    const one = backends[Math.floor(Math.random() * backends.length)];
    if (!one) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
    return one;
  };
}
