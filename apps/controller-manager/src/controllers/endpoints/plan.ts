import type { corev1 } from '@navarch/api';
import {
  HEADLESS_LABEL,
  findPort,
  hasAddress,
  hasEnded,
  isHeadless,
  publishedHostname,
  targetRef,
} from '../../shared/endpoints';
import { isPodReady, isPodTerminal } from '../../shared/pods';
import { endpointPortOrder } from '../../shared/port-order';
import type { Release } from '../../shared/release';

/** CAPACITY is how many addresses one Endpoints object holds at most. */
export const CAPACITY = 1000;

const TOLERATE_UNREADY = 'service.alpha.kubernetes.io/tolerate-unready-endpoints';

type Subset = corev1.EndpointSubset;

interface Entry {
  readonly address: corev1.EndpointAddress;
  readonly ready: boolean;
  readonly ports: readonly corev1.EndpointPort[];
}

/** planSubsets are the subsets of a service's endpoints: ports that the same pods serve share one; sorted, so that equals compare equal. */
export function planSubsets(
  service: corev1.Service,
  pods: readonly corev1.Pod[],
  release: Release,
): { subsets: Subset[]; truncated: boolean } {
  const tolerateUnready = publishesUnready(service, release);
  const entries: Entry[] = [];
  for (const pod of pods) {
    const ready = tolerateUnready || isPodReady(pod);
    if (!hasAddress(pod, tolerateUnready) || isOver(pod, ready, release)) continue;
    const ports = resolvePorts(service, pod);
    if (ports) entries.push({ address: addressOf(service, pod, release), ready, ports });
  }
  const truncated = release.has('boundedEndpoints') && entries.length > CAPACITY;
  return { subsets: repack(truncated ? truncate(entries) : entries), truncated };
}

/** isOver: the pod will serve no more. Where restarts count, whoever counts as ready is not asked. */
function isOver(pod: corev1.Pod, ready: boolean, release: Release): boolean {
  return release.has('restartsInEndpoints') ? !ready && hasEnded(pod) : isPodTerminal(pod);
}

function publishesUnready({ metadata, spec }: corev1.Service, release: Release): boolean {
  const asked = release.has('unreadyByAnnotation') ? (metadata?.annotations?.[TOLERATE_UNREADY] ?? '') : '';
  if (/^(1|t|T|true|TRUE|True)$/.test(asked)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(asked)) return false;
  return spec?.publishNotReadyAddresses ?? false;
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

function addressOf(service: corev1.Service, pod: corev1.Pod, release: Release): corev1.EndpointAddress {
  const hostname = publishedHostname(pod, service);
  const family = service.spec?.ipFamilies?.[0] === 'IPv6';
  const ip = pod.status?.podIPs?.find(entry => entry.ip?.includes(':') === family)?.ip ?? pod.status?.podIP ?? '';
  return {
    ip,
    ...(hostname && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: targetRef(pod, release),
  };
}

/** truncate drops addresses past the capacity, those that are not ready first. */
function truncate(entries: readonly Entry[]): Entry[] {
  return [...entries.filter(entry => entry.ready), ...entries.filter(entry => !entry.ready)].slice(0, CAPACITY);
}

/** repack finds who serves each port, and then which ports are served by the same. */
function repack(entries: readonly Entry[]): Subset[] {
  const servers = new Map<string, { port: corev1.EndpointPort | undefined; entries: Entry[] }>();
  for (const entry of [...entries].sort((a, b) => order(addressText(a), addressText(b))))
    for (const port of entry.ports.length ? entry.ports : [undefined]) {
      const server = servers.get(JSON.stringify(port ?? null)) ?? { port, entries: [] };
      if (server.entries.at(-1) !== entry) server.entries.push(entry);
      servers.set(JSON.stringify(port ?? null), server);
    }
  const groups = new Map<string, { ports: corev1.EndpointPort[]; entries: readonly Entry[] }>();
  for (const { port, entries: serving } of servers.values()) {
    const key = serving.map(addressText).join();
    const group = groups.get(key) ?? { ports: [], entries: serving };
    if (port) group.ports.push(port);
    groups.set(key, group);
  }
  return [...groups].sort(([a], [b]) => order(a, b)).map(([, group]) => subset(group));
}

function subset({ ports, entries }: { ports: readonly corev1.EndpointPort[]; entries: readonly Entry[] }): Subset {
  const addresses = entries.filter(entry => entry.ready).map(entry => entry.address);
  const notReady = entries.filter(entry => !entry.ready).map(entry => entry.address);
  return {
    ...(addresses.length && { addresses }),
    ...(notReady.length && { notReadyAddresses: notReady }),
    ...(ports.length && { ports: endpointPortOrder(ports) }),
  };
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const addressText = ({ address }: Entry) => `${address.ip}/${address.targetRef?.uid}`;

/** endpointsLabels are the service's, and what the controller says of itself. */
export function endpointsLabels(service: corev1.Service, release: Release): Record<string, string> {
  const { [HEADLESS_LABEL]: _given, ...labels } = service.metadata?.labels ?? {};
  return {
    ...labels,
    ...(release.has('managedEndpoints') && { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' }),
    ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }),
  };
}
