/** DOCKER_HUB is the registry meant where a reference names none. */
export const DOCKER_HUB = 'docker.io';

/** RegistryRequest is what a client asks of a registry. */
export interface RegistryRequest {
  readonly kind: 'manifests' | 'blobs';
  /** repository as in the path: library/nginx. */
  readonly repository: string;
  /** reference is a tag or a digest. */
  readonly reference: string;
  /** registry is whom the client believes to ask (containerd names it in `ns`). */
  readonly registry: string;
}

/** parseRequest reads /v2/REPOSITORY/manifests|blobs/REFERENCE?ns=REGISTRY; undefined for anything else. */
export function parseRequest(url: string): RegistryRequest | undefined {
  const { pathname, searchParams } = new URL(url, 'http://registry');
  const [, repository, kind, reference] =
    /^\/v2\/([a-z0-9][a-z0-9._/-]{0,254})\/(manifests|blobs)\/([A-Za-z0-9_][A-Za-z0-9._:+-]{0,255})$/.exec(pathname) ??
    [];
  const registry = searchParams.get('ns') ?? DOCKER_HUB;
  if (!repository || repository.includes('..') || !reference || !/^[a-zA-Z0-9.-]+(:\d+)?$/.test(registry))
    return undefined;
  return { kind: kind as RegistryRequest['kind'], repository, reference, registry };
}

/** registryHost is where a registry's API is served. */
export function registryHost(registry: string): string {
  return registry === DOCKER_HUB ? 'registry-1.docker.io' : registry;
}
