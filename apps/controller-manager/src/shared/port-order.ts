import { createHash } from 'node:crypto';
import type { corev1, discoveryv1 } from '@navarch/api';
import type { Release } from './release';

/**
 * Ports stand in the order of their hashes, which everybody who reads the first one has come to rely on: the hash of the text that
 * Go prints of the port, its type and the types of its fields included.
 */
const hashOf = (text: string) => createHash('md5').update(text).digest('hex');

function sorted<T>(ports: readonly T[], text: (port: T) => string): T[] {
  const hashed = ports.map(port => ({ port, hash: hashOf(text(port)) }));
  return hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)).map(({ port }) => port);
}

const pointer = (value: string | undefined) => `(*string)${value ?? '<nil>'}`;

/** endpointPortOrder sorts the ports of a subset of Endpoints. */
export function endpointPortOrder(ports: readonly corev1.EndpointPort[]): corev1.EndpointPort[] {
  return sorted(
    ports,
    ({ name = '', port, protocol = 'TCP', appProtocol }) =>
      `(v1.EndpointPort){Name:(string)${name} Port:(int32)${port} Protocol:(v1.Protocol)${protocol} AppProtocol:${pointer(appProtocol)}}`,
  );
}

/** slicePortOrder sorts the ports of an EndpointSlice, whose type has another name in releases that serve its beta. */
export function slicePortOrder(
  ports: readonly discoveryv1.EndpointPort[],
  release: Release,
): discoveryv1.EndpointPort[] {
  const version = release.minor < SLICES_STABLE_SINCE ? 'v1beta1' : 'v1';
  return sorted(
    ports,
    ({ name, port, protocol = 'TCP', appProtocol }) =>
      `(${version}.EndpointPort){Name:${pointer(name)} Protocol:(*v1.Protocol)${protocol} Port:(*int32)${port ?? '<nil>'} AppProtocol:${pointer(appProtocol)}}`,
  );
}

const SLICES_STABLE_SINCE = 21;
