import type { corev1 } from '@navarch/api';
import { plainIP } from '@navarch/apimachinery';
import type { Answer } from 'dns-packet';
import { reply, type Reply } from '../../plugin';
import type { Backend, Zone } from './zone';

/** RecordOptions: the zone's name (`cluster.local`) and the records' time to live in seconds. */
export interface RecordOptions {
  readonly domain: string;
  readonly ttl: number;
  /** serial stands in the SOA record: seconds since the epoch. */
  readonly serial: number;
}

/** SCHEMA_VERSION is the version of the DNS specification for Kubernetes that the names follow. */
const SCHEMA_VERSION = '1.1.0';

/** Found is a name that exists, with all its records; the asked type picks from them. */
interface Found {
  readonly records: readonly Answer[];
  readonly additionals?: readonly Answer[];
}

/**
 * resolve answers a name of the zone, after the Kubernetes DNS specification: services, headless services and their
 * endpoints, named ports (SRV), ExternalName (CNAME), pods by address. `name` is lower case, inside the domain. Pure.
 */
export function resolve(zone: Zone, name: string, type: string, options: RecordOptions): Reply {
  const labels = name === options.domain ? [] : name.slice(0, -options.domain.length - 1).split('.');
  const found = lookup(zone, labels, name, options);
  if (!found) return negative('NXDOMAIN', options);
  const cname = found.records.find(record => record.type === 'CNAME');
  if (cname) return reply('NOERROR', { authoritative: true, answers: [cname] });
  const answers = found.records.filter(record => type === 'ANY' || record.type === type);
  if (!answers.length) return negative('NOERROR', options);
  return reply('NOERROR', {
    authoritative: true,
    answers,
    additionals: type === 'SRV' ? (found.additionals ?? []) : [],
  });
}

function lookup(zone: Zone, labels: readonly string[], name: string, options: RecordOptions): Found | undefined {
  const rest = labels.slice(0, -1);
  switch (labels.at(-1)) {
    case undefined:
      return { records: [soa(options), { type: 'NS', name, ttl: options.ttl, data: `ns.dns.${options.domain}` }] };
    case 'dns-version':
      return rest.length ? undefined : { records: [{ type: 'TXT', name, ttl: options.ttl, data: SCHEMA_VERSION }] };
    case 'svc':
      return serviceName(zone, rest, name, options);
    case 'pod':
      return podName(zone, rest, name, options);
    default:
      return undefined;
  }
}

/** serviceName reads [[_port._protocol | hostname] service] namespace, rightmost first. */
function serviceName(zone: Zone, labels: readonly string[], name: string, options: RecordOptions): Found | undefined {
  const [namespace, serviceLabel, ...below] = [...labels].reverse();
  if (namespace === undefined) return { records: [] };
  if (!zone.hasNamespace(namespace)) return undefined;
  if (serviceLabel === undefined) return { records: [] };
  const service = zone.service(namespace, serviceLabel);
  if (!service?.spec) return undefined;
  if (service.spec.type === 'ExternalName') {
    if (below.length) return undefined;
    return { records: [{ type: 'CNAME', name, ttl: options.ttl, data: service.spec.externalName ?? '' }] };
  }
  const base = `${serviceLabel}.${namespace}.svc.${options.domain}`;
  const headless = service.spec.clusterIP === 'None';
  const backends = headless ? zone.backends(namespace, serviceLabel) : [];
  // A headless service without ready endpoints has no name: clients must not take it for one that answers nothing.
  if (headless && !backends.length) return undefined;
  if (!below.length) {
    const targets = headless ? backends.map(b => b.ip) : [service.spec.clusterIP ?? ''];
    const srv = servicePorts(service, base, name, backends, headless, options, () => true);
    return { records: [...addresses(name, targets, options), ...srv.records], additionals: srv.additionals };
  }
  if (below.length === 1) {
    const named = backends.filter(b => b.hostname === below[0]);
    return named.length
      ? {
          records: addresses(
            name,
            named.map(b => b.ip),
            options,
          ),
        }
      : undefined;
  }
  const [protocol, port] = below;
  if (below.length !== 2 || !protocol?.startsWith('_') || !port?.startsWith('_')) return undefined;
  const srv = servicePorts(
    service,
    base,
    name,
    backends,
    headless,
    options,
    p => p.name === port.slice(1) && p.protocol.toLowerCase() === protocol.slice(1),
  );
  return srv.records.length ? srv : undefined;
}

type Port = { readonly name: string; readonly protocol: string; readonly port: number };

/** servicePorts are the SRV records of the ports that `match`, with the addresses of their targets. */
function servicePorts(
  service: corev1.Service,
  base: string,
  name: string,
  backends: readonly Backend[],
  headless: boolean,
  options: RecordOptions,
  match: (port: Port) => boolean,
): { records: Answer[]; additionals: Answer[] } {
  const ports = (service.spec?.ports ?? []).map(({ name: portName = '', protocol = 'TCP', port }) => ({
    name: portName,
    protocol,
    port,
  }));
  const targets = headless
    ? backends.map(b => ({ host: `${b.hostname}.${base}`, ip: b.ip, ports: b.ports }))
    : [{ host: base, ip: service.spec?.clusterIP ?? '', ports }];
  const hits = targets.flatMap(target => target.ports.filter(match).map(port => ({ target, port })));
  const weight = Math.max(1, Math.floor(100 / Math.max(1, hits.length)));
  return {
    records: hits.map(({ target, port }) => ({
      type: 'SRV',
      name,
      ttl: options.ttl,
      data: { priority: 0, weight, port: port.port, target: target.host },
    })),
    additionals: [...new Map(hits.map(({ target }) => [target.host, target.ip]))].flatMap(([host, ip]) =>
      addresses(host, [ip], options),
    ),
  };
}

/** podName: `10-244-0-7.default.pod` is the address it spells, as the documentation promises for any pod of the namespace. */
function podName(zone: Zone, labels: readonly string[], name: string, options: RecordOptions): Found | undefined {
  const [namespace, address, ...below] = [...labels].reverse();
  if (namespace === undefined) return { records: [] };
  if (!zone.hasNamespace(namespace)) return undefined;
  if (address === undefined) return { records: [] };
  const ip = address.replaceAll('-', '.');
  return below.length || !isIPv4(ip) ? undefined : { records: addresses(name, [ip], options) };
}

/** resolveReverse answers a PTR question about an address: the service at it, or the headless services' endpoints there. */
export function resolveReverse(zone: Zone, name: string, options: RecordOptions): Reply | undefined {
  const ip = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
  const service = zone.serviceAt(ip);
  const names = service
    ? [`${service.metadata?.name}.${service.metadata?.namespace}.svc.${options.domain}`]
    : zone.backendsAt(ip).map(b => `${b.hostname}.${b.service}.${b.namespace}.svc.${options.domain}`);
  if (!names.length) return undefined;
  return reply('NOERROR', {
    authoritative: true,
    answers: names.map(data => ({ type: 'PTR', name, ttl: options.ttl, data })),
  });
}

function addresses(name: string, ips: readonly string[], { ttl }: RecordOptions): Answer[] {
  return ips
    .map(plainIP)
    .filter(isIPv4)
    .map(data => ({ type: 'A', name, ttl, data }));
}

function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

/** negative says that there is nothing (of this type, or at all); the SOA bounds how long clients may remember that. */
function negative(rcode: 'NXDOMAIN' | 'NOERROR', options: RecordOptions): Reply {
  return reply(rcode, { authoritative: true, authorities: [soa(options)] });
}

function soa({ domain, ttl, serial }: RecordOptions): Answer {
  return {
    type: 'SOA',
    name: domain,
    ttl,
    data: {
      mname: `ns.dns.${domain}`,
      rname: `hostmaster.${domain}`,
      serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: ttl,
    },
  };
}
