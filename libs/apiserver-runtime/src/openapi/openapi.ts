import { openApiDefinitions, type OpenApiFlavour } from '@navarch/api';
import type { ApiResponse } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { createHash } from 'node:crypto';
import type { Exchange } from '../chain/exchange';
import { parseAccept } from '../negotiate';
import { remoteApi, type ServedApis } from '../discovery/served-groups';
import type { Endpoint } from '../registry/resource';
import { jsonResponse, notFoundResource } from '../status-response';
import { definitionNames } from './names';
import { encodeOpenApiV2 } from './gnostic';
import { encodeOpenApiV3 } from './gnostic-v3';
import { operationsOf } from './operations';
import { withRemoteApis } from './remote-definitions';
import { v2Paths, v3Paths } from './paths';

/** OPENAPI_V3_SINCE is the first release that serves /openapi/v3. */
const OPENAPI_V3_SINCE: Minor = 24;

/** DocumentType is a form in which a document is answered. */
interface DocumentType {
  readonly asked: string;
  readonly answered: string;
  readonly encode: (document: Record<string, unknown>) => Buffer;
}

/** Cached is a document that holds until the generation of what it was made of changes. */
interface Cached {
  readonly body: Buffer;
  readonly hash: string;
  readonly lastModified: string;
  readonly generation: string;
}

/** Documents come as JSON, or as the protobuf message of gnostic; `@` may stand in what is asked for, not in the answer's type. */
const V2_TYPES: readonly DocumentType[] = [
  { asked: 'application/json', answered: 'application/json', encode: toJson },
  {
    asked: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    answered: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    encode: encodeOpenApiV2,
  },
  {
    asked: 'application/com.github.googleapis.gnostic.OpenAPIv2@68f4ded+protobuf',
    answered: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    encode: encodeOpenApiV2,
  },
];
const V3_TYPES: readonly DocumentType[] = [
  { asked: 'application/json', answered: 'application/json', encode: toJson },
  {
    asked: 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf',
    answered: 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf',
    encode: encodeOpenApiV3,
  },
];

/** IMMUTABLE_MS is how long a document may be kept whose URL names its content. */
const IMMUTABLE_MS = 365 * 24 * 3_600_000;

/** Parts are what a part of the Swagger document consists of. */
interface Parts {
  readonly generation?: string;
  readonly paths: Readonly<Record<string, Record<string, unknown>>>;
  readonly definitions: Readonly<Record<string, Record<string, unknown>>>;
}

/** OpenApi serves the schemas of what the server serves, as /openapi/v2 and /openapi/v3. Made when first asked for, kept until a kind changes. */
export class OpenApi {
  private readonly cache = new Map<string, Cached>();
  private builtin: Parts | undefined;

  constructor(private readonly apis: ServedApis) {}

  private get emulated(): Minor {
    return this.apis.emulated;
  }

  paths(): string[] {
    if (this.emulated < OPENAPI_V3_SINCE) return ['/openapi/v2'];
    return ['/openapi/v2', '/openapi/v3', '/openapi/v3/'];
  }

  /** serve finds the document for a path; undefined if it is none of these. */
  serve(exchange: Exchange): (() => ApiResponse | Promise<ApiResponse>) | undefined {
    const { path } = exchange.request;
    if (path === '/openapi/v2') return () => this.v2(exchange);
    if (this.emulated < OPENAPI_V3_SINCE) return undefined;
    if (path === '/openapi/v3' || path === '/openapi/v3/') return () => this.index();
    if (path.startsWith('/openapi/v3/')) return () => this.v3(exchange, path.slice('/openapi/v3/'.length));
    return undefined;
  }

  private v2(exchange: Exchange): ApiResponse {
    const type = typeFor(exchange, V2_TYPES);
    if (!type) return notAcceptable();
    const { registry, aggregated } = this.apis;
    const generation = `${registry.generation}.${aggregated?.openApiGeneration ?? 0}`;
    const document = this.cached(`v2 ${type.answered}`, generation, () => type.encode(this.v2Document()));
    return answerWith(exchange, document, type, document.hash);
  }

  private v2Document() {
    const { registry, aggregated } = this.apis;
    const custom = registry.all.filter(endpoint => endpoint.custom);
    const builtin = this.builtinV2(registry.all.filter(endpoint => !endpoint.custom));
    const own = {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: `v1.${this.emulated}.0` },
      paths: { ...builtin.paths, ...this.v2Paths(custom) },
      definitions: { ...builtin.definitions, ...definitionNames(custom).custom('v2') },
      securityDefinitions: {
        BearerToken: {
          description: 'Bearer Token authentication',
          type: 'apiKey',
          name: 'authorization',
          in: 'header',
        },
      },
      security: [{ BearerToken: [] }],
    };
    return withRemoteApis(own, [...(aggregated?.remotes.values() ?? [])]);
  }

  /** builtinV2 is the part of built-in kinds, which is by far the largest: it is made once, and not again when a custom resource changes. */
  private builtinV2(endpoints: readonly Endpoint[]): Parts {
    const generation = contentOf(endpoints);
    if (this.builtin?.generation !== generation) {
      const { names } = definitionNames(endpoints);
      this.builtin = { generation, paths: this.v2Paths(endpoints), definitions: this.definitions(names, 'v2') };
    }
    return this.builtin;
  }

  private v2Paths(endpoints: readonly Endpoint[]): Parts['paths'] {
    return v2Paths(
      endpoints.flatMap(endpoint => operationsOf(endpoint, this.emulated)),
      this.emulated,
    );
  }

  private definitions(names: readonly string[], flavour: OpenApiFlavour): Record<string, Record<string, unknown>> {
    return openApiDefinitions(names, flavour, this.emulated);
  }

  private index(): ApiResponse {
    const { registry, aggregated } = this.apis;
    const hashes = new Map<string, string>();
    for (const { group, version } of registry.groupVersions) {
      hashes.set(group ? `apis/${group}/${version}` : `api/${version}`, this.group(group, version, V3_TYPES[0]!).hash);
    }
    for (const { group, version, openApiV3Hash } of aggregated?.remotes.values() ?? []) {
      if (openApiV3Hash !== undefined) hashes.set(`apis/${group}/${version}`, openApiV3Hash);
    }
    const sorted = [...hashes].sort(([a], [b]) => (a < b ? -1 : 1));
    const paths = Object.fromEntries(
      sorted.map(([key, hash]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }]),
    );
    return jsonResponse(200, { paths });
  }

  private v3(exchange: Exchange, key: string): ApiResponse | Promise<ApiResponse> {
    const [root, ...rest] = key.split('/');
    const [group = '', version = ''] = root === 'api' ? ['', rest.join('/')] : root === 'apis' ? rest : [];
    const remote = remoteApi(this.apis, group, version);
    if (remote) return remote.handle(exchange);
    const isServed = this.apis.registry.groupVersions.some(own => own.group === group && own.version === version);
    if (!isServed || rest.length !== (root === 'api' ? 1 : 2)) throw notFoundResource();
    const type = typeFor(exchange, V3_TYPES);
    if (!type) return notAcceptable();
    const { hash } = this.group(group, version, V3_TYPES[0]!);
    const asked = exchange.query.get('hash');
    if (asked !== null && asked !== '' && asked !== hash)
      return { status: 301, headers: { location: `${exchange.request.path}?hash=${hash}` }, body: [] };
    return answerWith(exchange, this.group(group, version, type), type, hash, asked === hash);
  }

  private group(group: string, version: string, type: DocumentType): Cached {
    const endpoints = this.apis.registry.all.filter(
      ({ version: own }) => own.group === group && own.version === version,
    );
    return this.cached(`v3 ${type.answered} ${group}/${version}`, contentOf(endpoints), () => {
      const { names, custom } = definitionNames(endpoints);
      return type.encode({
        openapi: '3.0.0',
        info: { title: 'Kubernetes', version: `v1.${this.emulated}.0` },
        paths: v3Paths(
          endpoints.flatMap(endpoint => operationsOf(endpoint, this.emulated)),
          this.emulated,
        ),
        components: { schemas: { ...this.definitions(names, 'v3'), ...custom('v3') } },
      });
    });
  }

  private cached(key: string, generation: string, make: () => Buffer): Cached {
    let cached = this.cache.get(key);
    if (cached?.generation !== generation) {
      const body = make();
      const hash = createHash('sha512').update(body).digest('hex').toUpperCase();
      const lastModified = cached?.hash === hash ? cached.lastModified : new Date().toUTCString();
      this.cache.set(key, (cached = { body, hash, lastModified, generation }));
    }
    return cached;
  }
}

/** contentOf names what a document of some endpoints is made of: the same name, the same document. */
function contentOf(endpoints: readonly Endpoint[]): string {
  return endpoints.map(endpoint => `${endpoint.form} ${endpoint.kindName}`).join();
}

function toJson(document: object): Buffer {
  return Buffer.from(JSON.stringify(document));
}

/** typeFor is the first type that the request accepts; undefined: none. */
function typeFor({ request }: Exchange, types: readonly DocumentType[]): DocumentType | undefined {
  const { accept } = request.headers;
  if (!accept) return types[0];
  for (const { type, subtype } of parseAccept(accept)) {
    if (subtype === '*' && (type === '*' || type === 'application')) return types[0];
    const found = types.find(({ asked }) => asked === `${type}/${subtype}`);
    if (found) return found;
  }
  return undefined;
}

const notAcceptable = (): ApiResponse => ({ status: 406, headers: {}, body: [] });

function answerWith(
  exchange: Exchange,
  { body, lastModified }: Cached,
  type: DocumentType,
  hash: string,
  isImmutable = false,
): ApiResponse {
  const etag = `"${hash}"`;
  const caching: Record<string, string> = isImmutable
    ? { 'cache-control': 'public, immutable', expires: new Date(Date.now() + IMMUTABLE_MS).toUTCString() }
    : { 'cache-control': 'no-cache, private' };
  const headers = { etag, 'last-modified': lastModified, vary: 'Accept', ...caching };
  const known = exchange.request.headers['if-none-match'];
  if (known?.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag)) return { status: 304, headers, body: [] };
  return { status: 200, headers: { 'content-type': type.answered, ...headers }, body };
}
