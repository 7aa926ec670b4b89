import { StatusError } from '@navarch/apimachinery';
import type { ApiServer, RequestContext, SubresourceHandler, UpgradeHandler } from '@navarch/apiserver-runtime';
import { describe } from '@navarch/base';
import { request as httpRequest, type ClientRequest, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { subresourceAttributes } from '../admission/subresource-attributes';
import type { KubeletConnection } from '../kubelet/kubelet-connection';
import { endToEnd } from './headers';
import { askBackend } from './ask-backend';
import { passedBody } from './passed-body';
import { rewriteLink } from './links';
import { proxyTarget, type ProxySources, type ProxyTarget } from './proxy-target';
import { relayRewritten } from './rewriting';
import { passUpgrade } from './upgrade';

const OPTIONS_KIND = new Map([
  ['pods', 'PodProxyOptions'],
  ['services', 'ServiceProxyOptions'],
  ['nodes', 'NodeProxyOptions'],
]);

export interface ProxyParts {
  readonly sources: ProxySources;
  readonly kubelets: KubeletConnection;
  readonly admit: ApiServer['admit'];
}

/** proxyHandler serves the proxy subresources: the request goes on to the target, and its answer back. */
export function proxyHandler(parts: ProxyParts): SubresourceHandler {
  return async context => {
    const target = await admitted(context, parts);
    const { request } = context;
    const body = await passedBody(request);
    const headers = { ...endToEnd(request.headers), ...body.headers };
    const ask = () => open(parts, target, request.method, backendPath(context), headers, false);
    const response = await askBackend(ask, body, request.signal).catch((error: unknown) => {
      throw new StatusError(503, 'ServiceUnavailable', `error trying to reach service: ${describe(error)}`);
    });
    const base = proxyBase(context);
    return relayRewritten(response, link => rewriteLink(link, target, base));
  };
}

/** proxyUpgrade serves the same for connections that ask for an upgrade. */
export function proxyUpgrade(parts: ProxyParts): UpgradeHandler {
  return async (context, connection) => {
    const target = await admitted(context, parts);
    const method = connection.head.method ?? 'GET';
    await passUpgrade(headers => open(parts, target, method, backendPath(context), headers, true), connection);
  };
}

async function admitted(context: RequestContext, { sources, admit }: ProxyParts): Promise<ProxyTarget> {
  const kind = OPTIONS_KIND.get(context.info.resource) ?? '';
  const options = { kind, apiVersion: 'v1', path: context.info.rest };
  await admit(subresourceAttributes(context, 'CONNECT', { group: '', version: 'v1', kind }, options));
  return proxyTarget(context, sources);
}

function open(
  { kubelets }: ProxyParts,
  target: ProxyTarget,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  upgrade: boolean,
): ClientRequest {
  const { host, port } = target;
  if (target.kubelet) return kubelets.open({ host, port }, { method, path, headers, upgrade });
  if (target.scheme === 'http') return httpRequest({ host, port, method, path, headers, agent: false });
  // Pods and services have no certificates that a cluster's CA could vouch for; who proxies to them accepts that.
  return httpsRequest({ host, port, method, path, headers, agent: false, rejectUnauthorized: false });
}

function backendPath({ info, request }: RequestContext): string {
  const rest = info.rest.startsWith('/') ? info.rest : `/${info.rest}`;
  return request.query ? `${rest}?${request.query}` : rest;
}

/** proxyBase is the part of the request's path in front of the proxied one. */
function proxyBase({ request }: RequestContext): string {
  const at = request.path.search(/\/proxy(\/|$)/);
  return request.path.slice(0, at + '/proxy'.length);
}
