import type { ApiResponse } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { createHash } from 'node:crypto';
import type { Exchange } from '../chain/exchange';
import { remoteApi, type ServedApis } from '../discovery/served-groups';
import type { Route } from '../interfaces';
import { parseAccept } from '../negotiate';
import { jsonResponse, notFoundResource } from '../status-response';
import { Documents } from './documents';
import { encodeOpenApiV2 } from './gnostic';
import { encodeOpenApiV3 } from './gnostic-v3';
import { withRemoteApis } from './remote-definitions';
import { contentOf, sectionsOf, type Section } from './sections';

/** OPENAPI_V3_SINCE is the first release that serves /openapi/v3. */
const OPENAPI_V3_SINCE: Minor = 24;

/** TYPED_SINCE is the first release that names the type of /openapi/v2; before, what its bytes looked like was told. */
const TYPED_SINCE: Minor = 27;

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
  /** section is the key of what it is about; none: everything. */
  readonly section?: string;
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

/** OpenApi serves the schemas of what the server serves, as /openapi/v2 and /openapi/v3. Made when first asked for, kept until a kind changes. */
export class OpenApi {
  private readonly cache = new Map<string, Cached>();
  private readonly documents: Documents;
  private sections: readonly Section[] = [];
  private generation = -1;

  /** The routes are those outside the API that say which operations they are. */
  constructor(
    private readonly apis: ServedApis,
    private readonly routes: readonly Route[],
  ) {
    this.documents = new Documents(apis.emulated, () => apis.registry.groupVersions.filter(({ custom }) => !custom));
  }

  paths(): string[] {
    if (this.apis.emulated < OPENAPI_V3_SINCE) return ['/openapi/v2'];
    return ['/openapi/v2', '/openapi/v3', '/openapi/v3/'];
  }

  /** serve finds the document for a path; undefined if it is none of these. */
  serve(exchange: Exchange): (() => ApiResponse | Promise<ApiResponse>) | undefined {
    const { path } = exchange.request;
    if (path === '/openapi/v2') return () => this.v2(exchange);
    if (this.apis.emulated < OPENAPI_V3_SINCE) return undefined;
    if (path === '/openapi/v3' || path === '/openapi/v3/') return () => this.index();
    if (path.startsWith('/openapi/v3/')) return () => this.v3(exchange, path.slice('/openapi/v3/'.length));
    return undefined;
  }

  private v2(exchange: Exchange): ApiResponse {
    const type = typeFor(exchange, V2_TYPES);
    if (!type) return notAcceptable();
    const { registry, aggregated } = this.apis;
    const generation = `${registry.generation}.${aggregated?.openApiGeneration ?? 0}`;
    const document = this.cached(`v2 ${type.answered}`, generation, () =>
      type.encode(withRemoteApis(this.documents.v2(this.served()), [...(aggregated?.remotes.values() ?? [])])),
    );
    const { answered } = type;
    const untyped = answered === 'application/json' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
    const contentType = this.apis.emulated < TYPED_SINCE ? untyped : answered;
    return answerWith(exchange, document, contentType, document.hash);
  }

  /** served are the sections of this server, as they are now. */
  private served(): readonly Section[] {
    const { generation } = this.apis.registry;
    if (this.generation !== generation) {
      this.generation = generation;
      this.sections = sectionsOf(this.apis, this.routes);
      const keys = new Set(this.sections.map(({ key }) => key));
      for (const [key, { section }] of this.cache)
        if (section !== undefined && !keys.has(section)) this.cache.delete(key);
    }
    return this.sections;
  }

  private index(): ApiResponse {
    const hashes = new Map(this.served().map(section => [section.key, this.section(section, V3_TYPES[0]!).hash]));
    for (const { group, version, openApiV3Hash } of this.apis.aggregated?.remotes.values() ?? []) {
      if (openApiV3Hash !== undefined) hashes.set(`apis/${group}/${version}`, openApiV3Hash);
    }
    const sorted = [...hashes].sort(([a], [b]) => (a < b ? -1 : 1));
    const paths = Object.fromEntries(
      sorted.map(([key, hash]) => [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${hash}` }]),
    );
    return jsonResponse(200, { paths });
  }

  private v3(exchange: Exchange, key: string): ApiResponse | Promise<ApiResponse> {
    const [root, group = '', version = '', ...more] = key.split('/');
    const remote = root === 'apis' && !more.length ? remoteApi(this.apis, group, version) : undefined;
    if (remote) return remote.handle(exchange);
    const section = this.served().find(one => one.key === key);
    if (!section) throw notFoundResource();
    const type = typeFor(exchange, V3_TYPES);
    if (!type) return notAcceptable();
    const { hash } = this.section(section, V3_TYPES[0]!);
    const asked = exchange.query.get('hash');
    if (asked !== null && asked !== '' && asked !== hash)
      return { status: 301, headers: { location: `${exchange.request.path}?hash=${hash}` }, body: [] };
    return answerWith(exchange, this.section(section, type), type.answered, hash, asked === hash);
  }

  private section(section: Section, type: DocumentType): Cached {
    const key = `v3 ${type.answered} ${section.key}`;
    return this.cached(key, contentOf([section]), () => type.encode(this.documents.v3(section)), section.key);
  }

  private cached(key: string, generation: string, make: () => Buffer, section?: string): Cached {
    let cached = this.cache.get(key);
    if (cached?.generation !== generation) {
      const body = make();
      const hash = createHash('sha512').update(body).digest('hex').toUpperCase();
      const lastModified = cached?.hash === hash ? cached.lastModified : new Date().toUTCString();
      this.cache.set(
        key,
        (cached = { body, hash, lastModified, generation, ...(section !== undefined && { section }) }),
      );
    }
    return cached;
  }
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

const notAcceptable = (): ApiResponse => ({
  status: 406,
  headers: { vary: 'Accept', 'cache-control': 'no-cache, private' },
  body: [],
});

function answerWith(
  exchange: Exchange,
  { body, lastModified }: Cached,
  contentType: string,
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
  return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
}
