type Fields = Record<string, unknown>;

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

const endpointsOf = (object: Fields) => (object['endpoints'] as Fields[] | undefined) ?? [];

/** toSliceV1: v1beta1 has node and zone among the labels of its topology, v1 in fields of their own. In place. */
export function toSliceV1(object: Fields): void {
  for (const endpoint of endpointsOf(object)) {
    const { [HOSTNAME]: node, [ZONE]: zone, ...rest } = (endpoint['topology'] as Fields | undefined) ?? {};
    delete endpoint['topology'];
    if (node !== undefined) endpoint['nodeName'] ??= node;
    if (zone !== undefined) endpoint['zone'] = zone;
    if (Object.keys(rest).length) endpoint['deprecatedTopology'] = rest;
  }
}

/** fromSliceV1 is the way back. */
export function fromSliceV1(object: Fields): void {
  for (const endpoint of endpointsOf(object)) {
    const { nodeName, zone, deprecatedTopology } = endpoint;
    const topology = {
      ...(deprecatedTopology as Fields | undefined),
      ...(nodeName !== undefined && { [HOSTNAME]: nodeName }),
      ...(zone !== undefined && { [ZONE]: zone }),
    };
    for (const name of ['nodeName', 'zone', 'deprecatedTopology']) delete endpoint[name];
    if (Object.keys(topology).length) endpoint['topology'] = topology;
  }
}
