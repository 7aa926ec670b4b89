import { isIP } from 'node:net';
import type { corev1, discoveryv1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import {
  belongsInEndpoints,
  findPort,
  HEADLESS_LABEL,
  isHeadless,
  publishedHostname,
  targetRef,
} from '../../shared/endpoints';
import {
  MANAGED_BY_LABEL,
  portsKey,
  SERVICE_NAME_LABEL,
  type NewSlice,
  type SlicePlan,
} from '../../shared/endpoint-slices';
import { semanticEqual } from '../../shared/equality';
import { isPodReady } from '../../shared/pods';
import { slicePortOrder } from '../../shared/port-order';
import type { Release } from '../../shared/release';

export const MANAGED_BY = 'endpointslice-controller.k8s.io';

/** MAX_ENDPOINTS is how many endpoints one slice gets. */
export const MAX_ENDPOINTS = 100;

type Slice = discoveryv1.EndpointSlice;

/** addressTypes are the families that the service has; one that does not say has that of its address, or might have either. */
export function addressTypes({ spec }: corev1.Service): string[] {
  if (spec?.ipFamilies?.length) return [...spec.ipFamilies];
  const address = spec?.clusterIP ?? '';
  if (!isIP(address)) return ['IPv4', 'IPv6'];
  return [isIP(address) === 6 ? 'IPv6' : 'IPv4'];
}

/** sliceLabels are those of the service, with what tells whose slice it is. */
export function sliceLabels(service: corev1.Service): Record<string, string> {
  const labels = { ...service.metadata?.labels };
  delete labels[HEADLESS_LABEL];
  return {
    ...labels,
    ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }),
    [SERVICE_NAME_LABEL]: service.metadata?.name ?? '',
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

/** planSlices decides for all families; with nothing to serve one empty slice remains, so that consumers know the service. */
export function planSlices(
  service: corev1.Service,
  pods: readonly corev1.Pod[],
  zoneOf: (node: string) => string | undefined,
  existing: readonly Slice[],
  release: Release,
): SlicePlan {
  const types = addressTypes(service);
  const plan = {
    create: [] as NewSlice[],
    update: [] as Slice[],
    delete: existing.filter(slice => !types.includes(slice.addressType)),
  };
  for (const type of types) {
    const groups = groupByPorts(service, pods, type, zoneOf, release);
    if (!groups.size) groups.set(portsKey([]), { ports: [], endpoints: [] });
    const mine = existing.filter(slice => slice.addressType === type);
    for (const [key, { ports, endpoints }] of groups) {
      const slices = mine.filter(slice => portsKey(slice.ports) === key);
      planGroup(plan, service, type, ports, endpoints, slices);
    }
    for (const slice of mine) if (!groups.has(portsKey(slice.ports))) plan.delete.push(slice);
  }
  return reusing(plan, sliceLabels(service));
}

/** reusing makes slices that are to go into those that are to come. */
function reusing(plan: SlicePlan, labels: Record<string, string>): SlicePlan {
  const create = [...plan.create];
  const update = [...plan.update];
  const left = plan.delete.filter(slice => {
    const next = create.findLastIndex(({ addressType }) => addressType === slice.addressType);
    if (next < 0) return true;
    const [fresh] = create.splice(next, 1);
    update.push({ ...slice, ...fresh, metadata: { ...slice.metadata, labels } });
    return false;
  });
  return { create, update, delete: left };
}

interface Group {
  readonly ports: discoveryv1.EndpointPort[];
  readonly endpoints: discoveryv1.Endpoint[];
}

function groupByPorts(
  service: corev1.Service,
  pods: readonly corev1.Pod[],
  type: string,
  zoneOf: (node: string) => string | undefined,
  release: Release,
): Map<string, Group> {
  const groups = new Map<string, Group>();
  const terminating = service.spec?.publishNotReadyAddresses === true || release.has('terminatingEndpoints');
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, terminating, release)) continue;
    const endpoint = endpointOf(service, pod, type, zoneOf, release);
    if (!endpoint) continue;
    const ports = slicePortOrder(portsOf(service, pod), release);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(key, group);
  }
  return groups;
}

function portsOf(service: corev1.Service, pod: corev1.Pod): discoveryv1.EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap(port => {
    const number = findPort(pod, port);
    if (number === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol && { appProtocol: port.appProtocol }),
      },
    ];
  });
}

function endpointOf(
  service: corev1.Service,
  pod: corev1.Pod,
  type: string,
  zoneOf: (node: string) => string | undefined,
  release: Release,
): discoveryv1.Endpoint | undefined {
  const six = type === 'IPv6';
  const addresses = pod.status?.podIPs?.length
    ? pod.status.podIPs.map(entry => entry.ip ?? '')
    : [pod.status?.podIP ?? ''];
  const address = addresses.find(ip => ip !== '' && ip.includes(':') === six);
  if (!address) return undefined;
  const serving = isPodReady(pod);
  const terminating = isDeleting(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const node = pod.spec?.nodeName;
  const zone = node && zoneOf(node);
  const hostname = publishedHostname(pod, service);
  return {
    addresses: [address],
    conditions: { ready, ...(release.has('terminatingEndpoints') && { serving, terminating }) },
    ...(hostname && { hostname }),
    ...(node && { nodeName: node }),
    ...(zone && { zone }),
    targetRef: targetRef(pod, release),
  };
}

/** planGroup keeps endpoints where they are, so that few slices change; what is new fills changed slices first, then those with room. */
function planGroup(
  plan: { create: NewSlice[]; update: Slice[]; delete: Slice[] },
  service: corev1.Service,
  addressType: string,
  ports: discoveryv1.EndpointPort[],
  endpoints: readonly discoveryv1.Endpoint[],
  slices: readonly Slice[],
): void {
  const wanted = new Map(endpoints.map(endpoint => [identity(endpoint), endpoint]));
  const labels = sliceLabels(service);
  const kept = slices.map(slice => {
    const mine: discoveryv1.Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const next = wanted.get(identity(endpoint));
      if (!next || mine.length >= MAX_ENDPOINTS) continue;
      wanted.delete(identity(endpoint));
      mine.push(next);
    }
    const changed = !semanticEqual(mine, slice.endpoints) || !semanticEqual(labels, slice.metadata?.labels);
    return { slice, endpoints: mine, changed };
  });
  const left = [...wanted.values()];
  const byUse = [...kept].sort(
    (a, b) => Number(b.changed) - Number(a.changed) || b.endpoints.length - a.endpoints.length,
  );
  for (const entry of byUse) {
    if (!left.length) break;
    const more = left.splice(0, MAX_ENDPOINTS - entry.endpoints.length);
    if (more.length) {
      entry.endpoints.push(...more);
      entry.changed = true;
    }
  }
  const needed = kept.filter(entry => entry.endpoints.length > 0);
  while (left.length) plan.create.push({ addressType, ports, endpoints: left.splice(0, MAX_ENDPOINTS) });
  // Of slices that became empty one stays if it is the last of all.
  const placeholder = !needed.length && !endpoints.length ? kept[0] : undefined;
  if (!kept.length && !endpoints.length) plan.create.push({ addressType, ports: [], endpoints: [] });
  for (const entry of kept) {
    if (!entry.endpoints.length && entry !== placeholder) plan.delete.push(entry.slice);
    else if (entry.changed)
      plan.update.push({ ...entry.slice, endpoints: entry.endpoints, metadata: { ...entry.slice.metadata, labels } });
  }
}

/** identity is what makes two endpoints the same one, whatever its condition. */
function identity(endpoint: discoveryv1.Endpoint): string {
  return `${endpoint.addresses[0]}/${endpoint.targetRef?.uid ?? ''}`;
}
