import { decodeJson, type UserInfo } from '@navarch/apimachinery';
import { discoveryResources, type ApiResource } from '@navarch/apiserver-runtime';
import type { RemoteConnection, Target } from './remote-connection';

const TIMEOUT_MS = 10_000;
const AGGREGATED = ['v2', 'v2beta1'].map(
  version => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);

type Json = Readonly<Record<string, unknown>>;

/** AGGREGATOR is who reads other servers' discovery, OPENAPI_READER who reads their schemas. */
export const AGGREGATOR: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };
const OPENAPI_READER: UserInfo = { name: 'system:aggregator', groups: ['system:authenticated'] };

/** readResources reads what the server lists of a group version, as aggregated discovery shows it; older servers list it plainly. */
export async function readResources(
  connection: RemoteConnection,
  target: Target,
  group: string,
  version: string,
): Promise<readonly object[]> {
  const accept = [...AGGREGATED, 'application/json'].join(',');
  const all = await connection.fetch(target, '/apis', AGGREGATOR, { accept }, TIMEOUT_MS);
  if (all.status === 200 && all.headers['content-type']?.includes('as=APIGroupDiscoveryList')) {
    const { items = [] } = objectOf(all.body) as { items?: DiscoveredGroup[] };
    const found = items.find(({ metadata }) => metadata?.name === group)?.versions?.find(v => v.version === version);
    if (found) return found.resources ?? [];
  }
  const path = `/apis/${group}/${version}`;
  const own = await connection.fetch(target, path, AGGREGATOR, { accept: 'application/json' }, TIMEOUT_MS);
  if (own.status !== 200) throw new Error(`bad status from ${path}: ${own.status}`);
  const { resources = [] } = objectOf(own.body) as { resources?: ApiResource[] };
  return discoveryResources(resources, group, version);
}

interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly { readonly version?: string; readonly resources?: readonly object[] }[];
}

/** SwaggerSource is a server's OpenAPI v2 document with the tag of its content. */
export interface SwaggerSource {
  readonly etag: string | undefined;
  readonly document: Json;
}

/** readSwagger reads the server's OpenAPI v2 document, unless it is the known one; undefined if it has none. */
export async function readSwagger(
  connection: RemoteConnection,
  target: Target,
  known: SwaggerSource | undefined,
): Promise<SwaggerSource | undefined> {
  const headers = { accept: 'application/json', ...(known?.etag && { 'if-none-match': known.etag }) };
  const {
    status,
    headers: answered,
    body,
  } = await connection.fetch(target, '/openapi/v2', OPENAPI_READER, headers, TIMEOUT_MS);
  if (status === 304) return known;
  if (status !== 200) return undefined;
  return { etag: answered['etag'], document: objectOf(body) };
}

/** readOpenApiV3Hash reads what stands for the content of a version's OpenAPI v3 document; undefined if the server has none. */
export async function readOpenApiV3Hash(
  connection: RemoteConnection,
  target: Target,
  group: string,
  version: string,
): Promise<string | undefined> {
  const accept = 'application/json';
  const { status, body } = await connection.fetch(target, '/openapi/v3', OPENAPI_READER, { accept }, TIMEOUT_MS);
  if (status !== 200) return undefined;
  const { paths = {} } = objectOf(body) as { paths?: Record<string, { serverRelativeURL?: string }> };
  const key = `apis/${group}/${version}`;
  const url = Object.hasOwn(paths, key) ? paths[key]?.serverRelativeURL : undefined;
  if (typeof url !== 'string') return undefined;
  return new URL(url, 'https://server').searchParams.get('hash') ?? undefined;
}

function objectOf(body: Buffer): Json {
  const { value } = decodeJson(body, { maxDepth: 200 });
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
