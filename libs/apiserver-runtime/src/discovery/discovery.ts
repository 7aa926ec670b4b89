import type { AnyObject, ApiResponse } from '@navarch/apimachinery';
import { createHash } from 'node:crypto';
import type { Exchange } from '../chain/exchange';
import { answer, answerJson } from '../encoding/bytes';
import { protobufObject } from '../encoding/protobuf';
import { shapeOf, type Shape } from '../encoding/shape';
import { mediaTypes, type Media, type Offer, type Transform } from '../negotiate';
import { methodNotAllowed, notFoundResource, pageNotFound } from '../status-response';
import { AGGREGATED_SINCE, AGGREGATED_V2_SINCE, aggregatedDiscovery } from './aggregated';
import { resourcesOf } from './documents';
import { servedGroups, type ServedApis, type ServedGroup } from './served-groups';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const media: readonly Media[] = ['json', 'yaml', 'protobuf'];
/** routed and open are the answers about one version, and about one group or what custom resources define. */
const routed: Offer = { media, routed: true };
const open: Offer = { media, routed: false };

/** Document answers a discovery request. */
export type Document = () => ApiResponse;

/** Discovery serves what the server serves: /api, /apis, and below. Documents are made when asked for and kept until a kind changes. */
export class Discovery {
  private generation = '';
  private cache = new Map<string, { readonly json: Buffer; readonly etag: string }>();
  private served: readonly ServedGroup[] = [];
  /** own are the group versions that this server itself serves. */
  private own: ReadonlySet<string> = new Set();

  /** lists are the answers about all groups: of the core through the router, of the others past it. */
  private readonly lists: { readonly routed: Offer; readonly open: Offer };

  constructor(
    private readonly apis: ServedApis,
    private readonly advertiseAddress: string,
  ) {
    const { emulated } = apis;
    const versions = [
      ...(emulated >= AGGREGATED_V2_SINCE ? ['v2'] : []),
      ...(emulated >= AGGREGATED_SINCE ? ['v2beta1'] : []),
    ];
    const allows = ({ kind, group, version }: Transform, media: Media) =>
      media === 'json' &&
      kind === 'APIGroupDiscoveryList' &&
      group === 'apidiscovery.k8s.io' &&
      versions.includes(version);
    this.lists = { routed: { media, routed: true, allows }, open: { media, routed: false, allows } };
  }

  hasGroup(group: string): boolean {
    return this.groups().some(g => g.group === group);
  }

  isCustom(group: string): boolean {
    return this.groups().some(g => g.group === group && g.custom);
  }

  /** paths are those that the root lists. */
  paths(): string[] {
    const below = this.groups().flatMap(({ group, versions }) =>
      group === '' ? versions.map(v => `/api/${v}`) : [`/apis/${group}`, ...versions.map(v => `/apis/${group}/${v}`)],
    );
    return ['/api', '/apis', '/apis/', ...below];
  }

  /** serve finds the document for a path; undefined if it is none of discovery's. */
  serve(exchange: Exchange): Document | undefined {
    const { path } = exchange.request;
    const parts = (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/');
    const [root, first, second] = parts;
    // A name without letters is no group and no version.
    if (parts.includes('')) return root === 'apis' ? pageNotFound : undefined;
    if (root === 'api') {
      if (parts.length === 1) return () => this.list(exchange, true);
      if (parts.length === 2) return () => this.resources(exchange, '', first!);
    }
    if (root === 'apis') {
      if (parts.length === 1) return () => this.list(exchange, false);
      if (parts.length === 2) return () => this.group(exchange, first!);
      if (parts.length === 3) return () => this.resources(exchange, first!, second!);
    }
    return undefined;
  }

  private groups(): readonly ServedGroup[] {
    const { registry, aggregated } = this.apis;
    const generation = `${registry.generation}.${aggregated?.generation ?? 0}`;
    if (this.generation !== generation) {
      this.generation = generation;
      this.cache = new Map();
      const own = registry.groupVersions;
      this.own = new Set(own.map(({ group, version }) => `${group}/${version}`));
      this.served = servedGroups(own, aggregated?.announced ?? []);
    }
    return this.served;
  }

  private list(exchange: Exchange, core: boolean): ApiResponse {
    if (core) onlyGet(exchange);
    const shape = shapeOf(exchange, core ? this.lists.routed : this.lists.open);
    if (shape.transform) return this.aggregate(exchange, shape, core, shape.transform.version);
    if (core) {
      const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: this.advertiseAddress }];
      return this.document(shape, '/api', 'APIVersions', () => ({
        kind: 'APIVersions',
        versions: this.versionsOf(''),
        serverAddressByClientCIDRs,
      }));
    }
    return this.document(shape, '/apis', 'APIGroupList', () => ({
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: this.groups()
        .filter(g => g.group !== '')
        .map(groupDocument),
    }));
  }

  private versionsOf(group: string): readonly string[] {
    return this.groups().find(g => g.group === group)?.versions ?? [];
  }

  private aggregate(exchange: Exchange, shape: Shape, core: boolean, version: string): ApiResponse {
    const key = `${core ? '/api' : '/apis'}#${version}`;
    const groups = this.groups().filter(({ group }) => (group === '') === core);
    const { json, etag } = this.cached(key, () => aggregatedDiscovery(this.apis, groups, version));
    const headers = {
      'content-type': `${mediaTypes.json};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      etag,
      vary: 'Accept',
      'cache-control': 'public',
    };
    if (exchange.request.headers['if-none-match'] === etag)
      return { status: 304, headers: { etag, vary: 'Accept' }, body: [] };
    return answer(
      200,
      'json',
      shape.pretty ? Buffer.from(JSON.stringify(JSON.parse(json.toString()), null, 2)) : json,
      headers,
    );
  }

  private group(exchange: Exchange, name: string): ApiResponse {
    const group = this.groups().find(g => g.group === name);
    if (!group) return pageNotFound();
    if (!group.custom) onlyGet(exchange);
    return this.document(shapeOf(exchange, open), `/apis/${name}`, 'APIGroup', () => ({
      kind: 'APIGroup',
      apiVersion: 'v1',
      ...groupDocument(group),
    }));
  }

  private resources(exchange: Exchange, group: string, version: string): ApiResponse {
    const served = this.groups().find(g => g.group === group);
    if (!served) return pageNotFound();
    if (!this.own.has(`${group}/${version}`)) {
      if (served.custom) return pageNotFound();
      throw notFoundResource();
    }
    const groupVersion = group ? `${group}/${version}` : version;
    if (!served.custom) onlyGet(exchange);
    return this.document(
      shapeOf(exchange, served.custom ? open : routed),
      `/${groupVersion}`,
      'APIResourceList',
      () => ({
        kind: 'APIResourceList',
        // The two oldest groups have always listed themselves without.
        ...(group !== '' && group !== 'extensions' && { apiVersion: 'v1' }),
        groupVersion,
        resources: resourcesOf(this.apis.registry, group, version, this.apis.emulated),
      }),
    );
  }

  private document(shape: Shape, key: string, kind: string, make: () => object): ApiResponse {
    const { json } = this.cached(key, make);
    if (shape.media !== 'protobuf') return answerJson(200, shape, json);
    return answer(200, 'protobuf', protobufObject(`${META}.${kind}`, JSON.parse(json.toString()) as AnyObject));
  }

  private cached(key: string, make: () => object): { readonly json: Buffer; readonly etag: string } {
    this.groups();
    let cached = this.cache.get(key);
    if (!cached) {
      const json = Buffer.from(JSON.stringify(make()));
      cached = { json, etag: `"${createHash('sha512').update(json).digest('hex').toUpperCase()}"` };
      this.cache.set(key, cached);
    }
    return cached;
  }
}

/** onlyGet refuses other methods where the router serves one only. */
function onlyGet({ request }: Exchange): void {
  if (request.method !== 'GET') throw methodNotAllowed();
}

function groupDocument({ group, versions }: ServedGroup): object {
  const named = versions.map(version => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}
