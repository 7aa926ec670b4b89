import type { corev1 } from '@navarch/api';
import { badRequest, notFound, StatusError } from '@navarch/apimachinery';
import type { RequestContext, Store } from '@navarch/apiserver-runtime';
import { isIP } from 'node:net';
import type { Lookup } from '../lookup';
import { noPreferredAddress } from '../kubelet/kubelet-connection';

/** ProxyTarget is where a proxied request goes. */
export interface ProxyTarget {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** kubelet: the target is a kubelet, to be reached with the apiserver's credentials for those. */
  readonly kubelet?: boolean;
}

/** ProxyName is the name part of a proxy path: `[scheme:]name[:port]`; the port may be a name. */
export interface ProxyName {
  readonly scheme: '' | 'http' | 'https';
  readonly name: string;
  readonly port: string;
}

/** parseProxyName reads `web`, `web:80`, `https:web:443`, `https:web:`; undefined if it is none of these. Pure. */
export function parseProxyName(text: string): ProxyName | undefined {
  const parts = text.split(':');
  if (parts.length === 1) return parts[0] ? { scheme: '', name: parts[0], port: '' } : undefined;
  if (parts.length === 2) return parts[0] ? { scheme: '', name: parts[0], port: parts[1]! } : undefined;
  const [scheme, name, port] = parts as [string, string, string];
  if (parts.length !== 3 || !name || (scheme !== 'http' && scheme !== 'https' && scheme !== '')) return undefined;
  return { scheme, name, port };
}

export interface ProxySources {
  readonly pods: () => Store<corev1.Pod>;
  readonly services: () => Store<corev1.Service>;
  readonly endpoints: () => Store<corev1.Endpoints>;
  readonly nodes: Lookup<corev1.Node>;
  readonly nodeAddress: (node: corev1.Node) => { host: string; port: number } | undefined;
}

/** proxyTarget finds the target of a pods/proxy, services/proxy or nodes/proxy request. */
export async function proxyTarget({ info }: RequestContext, sources: ProxySources): Promise<ProxyTarget> {
  const wanted = parseProxyName(info.name);
  switch (info.resource) {
    case 'pods':
      if (!wanted) throw badRequest(`invalid pod request ${JSON.stringify(info.name)}`);
      return podTarget(wanted, await sources.pods().get(info.namespace, wanted.name));
    case 'services':
      if (!wanted) throw badRequest(`invalid service request ${JSON.stringify(info.name)}`);
      return serviceTarget(
        wanted,
        await sources.services().get(info.namespace, wanted.name),
        await sources.endpoints().get(info.namespace, wanted.name),
      );
    default:
      if (!wanted) throw badRequest(`invalid node request ${JSON.stringify(info.name)}`);
      return nodeTarget(wanted, await sources.nodes('', wanted.name), sources.nodeAddress);
  }
}

function podTarget({ scheme, name, port }: ProxyName, pod: corev1.Pod | undefined): ProxyTarget {
  if (!pod) throw notFound({ group: '', resource: 'pods' }, name);
  const first = pod.spec?.containers?.find(container => container.ports?.length)?.ports?.[0]?.containerPort;
  const named = pod.spec?.containers
    ?.flatMap(container => container.ports ?? [])
    .find(one => one.name === port)?.containerPort;
  const chosen = port === '' ? first : (named ?? Number(port));
  return checked({ scheme: scheme || 'http', host: pod.status?.podIP ?? '', port: chosen ?? 80 });
}

/** serviceTarget goes to one ready address of the service's endpoints, at random. Without a port it is the one that has no name. */
function serviceTarget(
  { scheme, name, port }: ProxyName,
  service: corev1.Service | undefined,
  endpoints: corev1.Endpoints | undefined,
): ProxyTarget {
  if (!service) throw notFound({ group: '', resource: 'services' }, name);
  const portName = DIGITS.test(port) ? nameOfPort(service, Number(port)) : port;
  if (!endpoints) throw notFound({ group: '', resource: 'services' }, name);
  const subsets = endpoints.subsets ?? [];
  if (!subsets.length) throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  const candidates = subsets.flatMap(({ ports = [], addresses = [] }) => {
    const match = ports.find(one => (one.name ?? '') === portName);
    return match ? addresses.map(address => ({ host: address.ip, port: match.port })) : [];
  });
  const one = candidates[Math.floor(Math.random() * candidates.length)];
  if (one) return checked({ scheme: scheme || 'http', host: one.host ?? '', port: one.port });
  const asked = port === '' && scheme === '' ? name : `${scheme && `${scheme}:`}${name}:${port}`;
  throw unavailable(`no endpoints available for service ${JSON.stringify(asked)}`);
}

const DIGITS = /^[+-]?\d+$/;

function nameOfPort(service: corev1.Service, port: number): string {
  const found = service.spec?.ports?.find(one => one.port === port);
  if (!found) throw unavailable(`no service port ${port} found for service ${JSON.stringify(service.metadata?.name)}`);
  return found.name ?? '';
}

function nodeTarget(
  { scheme, name, port }: ProxyName,
  node: corev1.Node | undefined,
  addressOf: ProxySources['nodeAddress'],
): ProxyTarget {
  if (!node) throw notFound({ group: '', resource: 'nodes' }, name);
  const kubelet = addressOf(node);
  if (!kubelet) throw noPreferredAddress(node);
  if (port === '' || Number(port) === kubelet.port) return { scheme: 'https', ...kubelet, kubelet: true };
  return checked({ scheme: scheme || 'http', host: kubelet.host, port: Number(port) });
}

/** checked refuses what must not be reached through us: nothing, loopback, link-local, multicast. */
function checked(target: ProxyTarget): ProxyTarget {
  if (!isProxyable(target.host)) throw badRequest('address not allowed');
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535)
    throw badRequest(`invalid port ${target.port}`);
  return target;
}

/** isProxyable: an IP address that is neither unspecified, loopback, link-local nor multicast. Pure. */
export function isProxyable(host: string): boolean {
  const family = isIP(host);
  if (family === 4) return !/^(0\.|127\.|169\.254\.|22[4-9]\.|23\d\.|2[45]\d\.)/.test(host);
  if (family === 6) return !/^(::|::1|::ffff:.*|fe[89ab].*|ff.*)$/i.test(host);
  return false;
}

const unavailable = (message: string) => new StatusError(503, 'ServiceUnavailable', message);
