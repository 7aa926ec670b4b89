import type { discoveryv1 } from '@navarch/api';
import { isDNS1123Subdomain } from '@navarch/apimachinery';
import type { Minor, StrategyContext } from '../../../kind';
import { semanticEqual } from '../../../shared/equal';

type Fields = Record<string, unknown>;

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
/** NODE_NAMES is the first release that tells the node by a field, too, and by other words than the topology if need be. */
const NODE_NAMES: Minor = 21;

const endpointsOf = (object: Fields) => (object['endpoints'] as Fields[] | undefined) ?? [];

/** toSliceV1: v1beta1 has node and zone among the labels of its topology, v1 in fields of their own. In place. */
export const toSliceV1 =
  (emulated: Minor) =>
  (object: Fields): void => {
    for (const endpoint of endpointsOf(object)) {
      const { [ZONE]: zone, ...rest } = (endpoint['topology'] as Fields | undefined) ?? {};
      delete endpoint['topology'];
      if (zone !== undefined) endpoint['zone'] = zone;
      if (emulated < NODE_NAMES) {
        delete endpoint['nodeName'];
        if (rest[HOSTNAME] !== undefined) endpoint['nodeName'] = rest[HOSTNAME];
      }
      if (rest[HOSTNAME] === endpoint['nodeName']) delete rest[HOSTNAME];
      if (Object.keys(rest).length) endpoint['deprecatedTopology'] = rest;
    }
  };

/** fromSliceV1 is the way back. */
export const fromSliceV1 =
  (emulated: Minor) =>
  (object: Fields): void => {
    for (const endpoint of endpointsOf(object)) {
      const { nodeName, zone, deprecatedTopology } = endpoint;
      const topology = topologyOf({ nodeName, zone, deprecatedTopology } as TopologyParts);
      for (const name of ['zone', 'deprecatedTopology']) delete endpoint[name];
      if (emulated < NODE_NAMES) delete endpoint['nodeName'];
      if (Object.keys(topology).length) endpoint['topology'] = topology;
    }
  };

interface TopologyParts {
  readonly nodeName?: string;
  readonly zone?: string;
  readonly deprecatedTopology?: Readonly<Record<string, string>>;
}

/** topologyOf are the labels by which v1beta1 tells where an endpoint is. */
export function topologyOf({ nodeName, zone, deprecatedTopology }: TopologyParts): Record<string, string> {
  return {
    ...(nodeName !== undefined && { [HOSTNAME]: nodeName }),
    ...deprecatedTopology,
    ...(zone !== undefined && { [ZONE]: zone }),
  };
}

/**
 * dropTopology takes the old labels out of a slice that is written in v1, which only shows them, unless its endpoints stay as they are.
 * A node that was among the labels keeps its name. In place.
 */
export function dropTopology(
  slice: discoveryv1.EndpointSlice,
  old: discoveryv1.EndpointSlice | undefined,
  { apiVersion, emulated }: StrategyContext,
): void {
  if (emulated < NODE_NAMES || apiVersion !== 'discovery.k8s.io/v1') return;
  if (old && semanticEqual(slice.endpoints, old.endpoints)) return;
  const known = new Set((old?.endpoints ?? []).map(({ deprecatedTopology: labels }) => labels?.[HOSTNAME]));
  for (const endpoint of slice.endpoints ?? []) {
    const node = endpoint.deprecatedTopology?.[HOSTNAME];
    if (endpoint.nodeName === undefined && node && known.has(node) && !isDNS1123Subdomain(node).length)
      endpoint.nodeName = node;
    delete endpoint.deprecatedTopology;
  }
}
