import type { corev1 } from '@navarch/api';
import {
  HEADLESS_LABEL,
  belongsInEndpoints,
  findPort,
  isHeadless,
  publishedHostname,
  targetRef,
} from '../../shared/endpoints';
import { isPodReady } from '../../shared/pods';

/** CAPACITY is how many addresses one Endpoints object holds at most. */
export const CAPACITY = 1000;

type Subset = corev1.EndpointSubset;

interface Entry {
  readonly address: corev1.EndpointAddress;
  readonly ready: boolean;
  readonly ports: corev1.EndpointPort[];
}

/** planSubsets are the subsets of a service's endpoints: pods with the same ports share one; sorted, so that equals compare equal. */
export function planSubsets(
  service: corev1.Service,
  pods: readonly corev1.Pod[],
): { subsets: Subset[]; truncated: boolean } {
  const tolerateUnready = service.spec?.publishNotReadyAddresses ?? false;
  const entries: Entry[] = [];
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, tolerateUnready)) continue;
    const ports = resolvePorts(service, pod);
    if (ports) entries.push({ address: addressOf(service, pod), ready: tolerateUnready || isPodReady(pod), ports });
  }
  return { subsets: repack(truncate(entries)), truncated: entries.length > CAPACITY };
}

/** resolvePorts answers undefined if the pod serves none of the ports; a headless service may have none at all. */
function resolvePorts(service: corev1.Service, pod: corev1.Pod): corev1.EndpointPort[] | undefined {
  const wanted = service.spec?.ports ?? [];
  if (!wanted.length) return isHeadless(service) ? [] : undefined;
  const ports: corev1.EndpointPort[] = [];
  for (const port of wanted) {
    const number = findPort(pod, port);
    if (number === undefined) continue;
    ports.push({
      ...(port.name && { name: port.name }),
      port: number,
      protocol: port.protocol ?? 'TCP',
      ...(port.appProtocol && { appProtocol: port.appProtocol }),
    });
  }
  return ports.length ? ports : undefined;
}

function addressOf(service: corev1.Service, pod: corev1.Pod): corev1.EndpointAddress {
  const hostname = publishedHostname(pod, service);
  const family = service.spec?.ipFamilies?.[0] === 'IPv6';
  const ip = pod.status?.podIPs?.find(entry => entry.ip?.includes(':') === family)?.ip ?? pod.status?.podIP ?? '';
  return {
    ip,
    ...(hostname && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: targetRef(pod),
  };
}

/** truncate drops addresses past the capacity, those that are not ready first. */
function truncate(entries: readonly Entry[]): Entry[] {
  if (entries.length <= CAPACITY) return [...entries];
  return [...entries.filter(entry => entry.ready), ...entries.filter(entry => !entry.ready)].slice(0, CAPACITY);
}

function repack(entries: readonly Entry[]): Subset[] {
  const groups = new Map<string, { ports: corev1.EndpointPort[]; entries: Entry[] }>();
  for (const entry of entries) {
    const ports = [...entry.ports].sort((a, b) => order(portText(a), portText(b)));
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => order(a, b)).map(([, group]) => subset(group));
}

function subset({ ports, entries }: { ports: corev1.EndpointPort[]; entries: Entry[] }): Subset {
  const sorted = [...entries].sort((a, b) => order(addressText(a), addressText(b)));
  const addresses = sorted.filter(entry => entry.ready).map(entry => entry.address);
  const notReady = sorted.filter(entry => !entry.ready).map(entry => entry.address);
  return {
    ...(addresses.length && { addresses }),
    ...(notReady.length && { notReadyAddresses: notReady }),
    ...(ports.length && { ports }),
  };
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const portText = (port: corev1.EndpointPort) => `${port.name ?? ''}/${port.protocol}/${port.port}`;
const addressText = ({ address }: Entry) => `${address.ip}/${address.targetRef?.uid}`;

/** endpointsLabels are the service's, and what the controller says of itself. */
export function endpointsLabels(service: corev1.Service): Record<string, string> {
  const { [HEADLESS_LABEL]: _given, ...labels } = service.metadata?.labels ?? {};
  return {
    ...labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }),
  };
}
