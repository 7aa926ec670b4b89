import { openApiDefinitions, type OpenApiFlavour } from '@navarch/api';
import type { ApiResponse } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { createHash } from 'node:crypto';
import type { Exchange } from '../chain/exchange';
import type { Registry } from '../registry/registry';
import { notFoundResource } from '../status-response';
import { definitionNames } from './names';
import { encodeOpenApiV2 } from './gnostic';
import { operationsOf } from './operations';
import { v2Paths, v3Paths } from './paths';

/** OPENAPI_V3_SINCE is the first release that serves /openapi/v3. */
const OPENAPI_V3_SINCE: Minor = 24;

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** V2_PROTOBUF_ANSWER is the type of the answer: `@` may not stand in one. */
const V2_PROTOBUF_ANSWER = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const V2_PROTOBUF_OLD = 'application/com.github.googleapis.gnostic.OpenAPIv2@68f4ded+protobuf';

interface Cached {
  readonly body: Buffer;
  readonly hash: string;
}

/** OpenApi serves the schemas of what the server serves, as /openapi/v2 and /openapi/v3. Made when first asked for, kept until a kind changes. */
export class OpenApi {
  private generation = -1;
  private readonly cache = new Map<string, Cached>();

  constructor(
    private readonly registry: Registry,
    private readonly emulated: Minor,
  ) {}

  paths(): string[] {
    if (this.emulated < OPENAPI_V3_SINCE) return ['/openapi/v2'];
    return ['/openapi/v2', '/openapi/v3', '/openapi/v3/'];
  }

  /** serve finds the document for a path; undefined if it is none of these. */
  serve(exchange: Exchange): (() => ApiResponse) | undefined {
    const { path } = exchange.request;
    if (path === '/openapi/v2') return () => this.v2(exchange);
    if (this.emulated < OPENAPI_V3_SINCE) return undefined;
    if (path === '/openapi/v3' || path === '/openapi/v3/') return () => this.index();
    if (path.startsWith('/openapi/v3/')) return () => this.v3(exchange, path.slice('/openapi/v3/'.length));
    return undefined;
  }

  private v2(exchange: Exchange): ApiResponse {
    const accept = exchange.request.headers['accept'] ?? '';
    const asked = [V2_PROTOBUF, V2_PROTOBUF_OLD].find(type => accept.includes(type));
    const document = asked
      ? this.cached('v2.pb', () => encodeOpenApiV2(this.v2Document()))
      : this.cached('v2', () => Buffer.from(JSON.stringify(this.v2Document())));
    return answerWith(exchange, document, asked ? V2_PROTOBUF_ANSWER : 'application/json');
  }

  private v2Document() {
    const { names, custom } = definitionNames(this.registry.all);
    return {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: `v1.${this.emulated}.0` },
      paths: v2Paths(this.registry.all.flatMap(endpoint => operationsOf(endpoint, this.emulated))),
      definitions: { ...this.definitions(names, 'v2'), ...custom('v2') },
    };
  }

  private definitions(names: readonly string[], flavour: OpenApiFlavour): Record<string, Record<string, unknown>> {
    return openApiDefinitions(names, flavour);
  }

  private index(): ApiResponse {
    const paths: Record<string, object> = {};
    for (const apiVersion of [...this.registry.groupVersions].sort()) {
      const key = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
      paths[key] = { serverRelativeURL: `/openapi/v3/${key}?hash=${this.group(apiVersion).hash}` };
    }
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ paths })),
    };
  }

  private v3(exchange: Exchange, key: string): ApiResponse {
    const apiVersion = key.replace(/^apis?\//, '');
    const isCore = key.startsWith('api/');
    if (isCore === apiVersion.includes('/') || !this.registry.groupVersions.has(apiVersion)) throw notFoundResource();
    return answerWith(exchange, this.group(apiVersion), 'application/json');
  }

  private group(apiVersion: string): Cached {
    return this.cached(`v3:${apiVersion}`, () => {
      const endpoints = this.registry.all.filter(e => e.apiVersion === apiVersion);
      const { names, custom } = definitionNames(endpoints);
      const document = {
        openapi: '3.0.0',
        info: { title: 'Kubernetes', version: `v1.${this.emulated}.0` },
        paths: v3Paths(endpoints.flatMap(endpoint => operationsOf(endpoint, this.emulated))),
        components: { schemas: { ...this.definitions(names, 'v3'), ...custom('v3') } },
      };
      return Buffer.from(JSON.stringify(document));
    });
  }

  private cached(key: string, make: () => Buffer): Cached {
    if (this.generation !== this.registry.generation) {
      this.generation = this.registry.generation;
      this.cache.clear();
    }
    let cached = this.cache.get(key);
    if (!cached) {
      const body = make();
      cached = { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
      this.cache.set(key, cached);
    }
    return cached;
  }
}

function answerWith(exchange: Exchange, { body, hash }: Cached, contentType: string): ApiResponse {
  const etag = `"${hash}"`;
  // A URL with the content's hash may be kept for ever: other content has another URL.
  const isImmutable = exchange.query.get('hash') === hash;
  const caching: Record<string, string> = isImmutable
    ? { 'cache-control': 'public, immutable', expires: 'Sun, 17 Jan 2038 00:00:00 GMT' }
    : { 'cache-control': 'no-cache, private' };
  const headers = { etag, vary: 'Accept', ...caching };
  if (exchange.request.headers['if-none-match'] === etag) return { status: 304, headers, body: [] };
  return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
}
