import { Counter, Gauge, type Registry } from '@navarch/base';
import { AdmissionMetrics } from '../admission-metrics';
import type { RequestInfo } from '../interfaces';
import { AuthenticationMetrics } from './authentication-metrics';
import { RequestMetrics } from './request-metrics';
import { WatchMetrics } from './watch-metrics';

/** ServerMetrics are the API server's own metrics, named and labelled as those of a release of upstream's. */
export class ServerMetrics {
  readonly requests: RequestMetrics;
  readonly inflight: Gauge<'request_kind'>;
  readonly longRunning: Gauge<'verb' | 'group' | 'version' | 'resource' | 'subresource' | 'scope' | 'component'>;
  readonly watches: WatchMetrics;
  readonly terminations: Counter<'verb' | 'code' | 'component'>;
  readonly panics: Counter<'component'>;
  readonly deprecated: Gauge<'group' | 'version' | 'resource' | 'subresource' | 'removed_release'>;
  readonly identified: AuthenticationMetrics;
  readonly admission: AdmissionMetrics;

  constructor(registry: Registry, emulated: number) {
    const registers = [registry];
    const target = ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;
    this.requests = new RequestMetrics(registry, emulated);
    this.inflight = new Gauge({
      name: 'apiserver_current_inflight_requests',
      help: 'Number of requests being served now, by request kind (mutating, readOnly).',
      labelNames: ['request_kind'],
      registers,
    });
    this.longRunning = new Gauge({
      name: emulated >= 23 ? 'apiserver_longrunning_requests' : 'apiserver_longrunning_gauge',
      help: 'Number of active long-running requests broken out by verb, group, version, resource, scope and component.',
      labelNames: target,
      registers,
    });
    this.watches = new WatchMetrics(registry);
    this.terminations = new Counter({
      name: 'apiserver_request_terminations_total',
      help: 'Number of requests which the apiserver terminated in self-defense.',
      labelNames: ['verb', 'code', 'component'],
      registers,
    });
    this.panics = new Counter({
      name: 'apiserver_panics_total',
      help: 'Number of requests that failed by an unexpected error of the server itself.',
      labelNames: ['component'],
      registers,
    });
    this.deprecated = new Gauge({
      name: 'apiserver_requested_deprecated_apis',
      help: 'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
      labelNames: ['group', 'version', 'resource', 'subresource', 'removed_release'],
      registers,
    });
    this.identified = new AuthenticationMetrics(registry);
    this.admission = new AdmissionMetrics(registry);
  }
}

/** exposeObjects shows how many objects of each resource there are, under the names that a release has for it. */
export function exposeObjects(registry: Registry, emulated: number, count: () => Iterable<readonly [string, number]>) {
  const names = [
    ...(emulated <= 22 ? ['etcd_object_counts'] : []),
    ...(emulated >= 21 ? ['apiserver_storage_objects'] : []),
  ];
  for (const name of names) {
    new Gauge({
      name,
      help: 'Number of stored objects at the time of last check split by kind.',
      labelNames: ['resource'],
      registers: [registry],
      collect() {
        for (const [resource, objects] of count()) this.set({ resource }, objects);
      },
    });
  }
}

/** scopeOf is the label that tells how much of the cluster a request is about. */
export function scopeOf(info: RequestInfo): string {
  if (info.name) return 'resource';
  if (info.namespace) return 'namespace';
  return info.isResourceRequest ? 'cluster' : '';
}

/** metricVerb is the verb as metrics name it: upper case, connections as CONNECT. */
export function metricVerb(info: RequestInfo | undefined): string {
  if (!info) return 'other';
  if (connects.has(info.subresource)) return 'CONNECT';
  if (!info.isResourceRequest) return methods.has(info.verb) ? info.verb.toUpperCase() : 'other';
  switch (info.verb) {
    case 'create':
      return 'POST';
    case 'update':
      return 'PUT';
    case '':
      return 'other';
    default:
      return info.verb.toUpperCase();
  }
}

const methods = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options']);
const connects = new Set(['attach', 'exec', 'portforward', 'proxy']);
