import { isIP } from 'node:net';
import type { corev1, discoveryv1 } from '@navarch/api';
import {
  MANAGED_BY_LABEL,
  portsKey,
  SERVICE_NAME_LABEL,
  type NewSlice,
  type SlicePlan,
} from '../../shared/endpoint-slices';
import { semanticEqual } from '../../shared/equality';
import { slicePortOrder } from '../../shared/port-order';
import type { Release } from '../../shared/release';
import { TRIGGER_TIME } from '../../shared/trigger-times';

export const MANAGED_BY = 'endpointslicemirroring-controller.k8s.io';

/** MAX_MIRRORED is how many addresses of one subset are mirrored. */
export const MAX_MIRRORED = 1000;

const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';
const UNMIRRORED_ANNOTATIONS = [TRIGGER_TIME, 'kubectl.kubernetes.io/last-applied-configuration'];

/** MirrorPlan is the slices' plan, and how many addresses have no place in it. */
export interface MirrorPlan extends SlicePlan {
  readonly skipped: number;
}

/** isMirrored: the endpoints do not ask to be left alone, and are no lock of a leader election. */
export function isMirrored({ metadata }: corev1.Endpoints): boolean {
  return metadata?.labels?.[SKIP_LABEL] !== 'true' && metadata?.annotations?.[LEADER_ANNOTATION] === undefined;
}

/** mirroredMetadata are the labels and annotations of the slices: those of the endpoints, with what tells whose slices they are. */
export function mirroredMetadata(
  { metadata }: corev1.Endpoints,
  release: Release,
): Required<Pick<NonNullable<discoveryv1.EndpointSlice['metadata']>, 'labels' | 'annotations'>> {
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(
    ([name]) => release.has('mirroredAnnotations') && !UNMIRRORED_ANNOTATIONS.includes(name),
  );
  return {
    labels: { ...metadata?.labels, [SERVICE_NAME_LABEL]: metadata?.name ?? '', [MANAGED_BY_LABEL]: MANAGED_BY },
    annotations: Object.fromEntries(annotations),
  };
}

/**
 * planMirror decides which slices show the endpoints: one for each set of ports and family. A slice whose ports nobody has any
 * more is used again for new ones before another is made.
 */
export function planMirror(
  endpoints: corev1.Endpoints,
  existing: readonly discoveryv1.EndpointSlice[],
  release: Release,
): MirrorPlan {
  const { wanted, skipped } = wantedSlices(endpoints, release);
  const metadata = mirroredMetadata(endpoints, release);
  const free = new Set(existing);
  const take = (fits: (slice: discoveryv1.EndpointSlice) => boolean) => {
    const found = [...free].find(fits);
    if (found) free.delete(found);
    return found;
  };
  const create: NewSlice[] = [];
  const update: discoveryv1.EndpointSlice[] = [];
  const fresh: NewSlice[] = [];
  const replace = (old: discoveryv1.EndpointSlice, slice: NewSlice) => {
    const next = { ...old, ...slice, metadata: { ...old.metadata, ...metadata } };
    if (!semanticEqual(old, next)) update.push(next);
  };
  for (const slice of wanted) {
    const old = take(
      ({ addressType, ports }) => addressType === slice.addressType && portsKey(ports) === portsKey(slice.ports),
    );
    if (old) replace(old, slice);
    else fresh.push(slice);
  }
  for (const slice of fresh) {
    const old = take(({ addressType }) => addressType === slice.addressType);
    if (old) replace(old, slice);
    else create.push(slice);
  }
  return { create, update, delete: [...free], skipped };
}

function wantedSlices({ subsets }: corev1.Endpoints, release: Release): { wanted: NewSlice[]; skipped: number } {
  const groups = new Map<string, NewSlice>();
  let skipped = 0;
  for (const subset of subsets ?? []) {
    const ports = slicePortOrder((subset.ports ?? []).map(portOf), release);
    const all = [
      ...(subset.addresses ?? []).map(address => endpointOf(address, true)),
      ...(subset.notReadyAddresses ?? []).map(address => endpointOf(address, !release.has('mirroredReadiness'))),
    ];
    skipped += Math.max(0, all.length - MAX_MIRRORED);
    for (const endpoint of all.slice(0, MAX_MIRRORED)) {
      const addressType = isIP(endpoint.addresses[0]!) === 6 ? 'IPv6' : 'IPv4';
      const key = `${addressType} ${portsKey(ports)}`;
      const group = groups.get(key) ?? { addressType, ports, endpoints: [] };
      if (group.endpoints.length < MAX_MIRRORED) group.endpoints.push(endpoint);
      else skipped++;
      groups.set(key, group);
    }
  }
  return { wanted: [...groups.values()], skipped };
}

const portOf = ({ name = '', port, protocol = 'TCP', appProtocol }: corev1.EndpointPort): discoveryv1.EndpointPort => ({
  name,
  port,
  protocol,
  ...(appProtocol && { appProtocol }),
});

const endpointOf = (
  { ip, hostname, nodeName, targetRef }: corev1.EndpointAddress,
  ready: boolean,
): discoveryv1.Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname && { hostname }),
  ...(nodeName && { nodeName }),
  ...(targetRef && { targetRef }),
});
