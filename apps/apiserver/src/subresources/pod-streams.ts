import type { corev1 } from '@navarch/api';
import { badRequest } from '@navarch/apimachinery';
import type { RequestContext, Store, SubresourceHandler, UpgradeHandler } from '@navarch/apiserver-runtime';
import { subresourceAttributes, type AdmissionChain } from '../admission/admission-chain';
import type { KubeletConnection } from '../kubelet/kubelet-connection';
import { containerOf, findPod, nodeOf } from '../kubelet/pod-target';
import { passUpgrade } from '../proxy/upgrade';

export interface PodStreamParts {
  readonly pods: () => Store<corev1.Pod>;
  readonly kubelets: KubeletConnection;
  readonly admission: AdmissionChain;
}

export type StreamKind = 'exec' | 'attach' | 'portforward';

const OPTIONS_KIND: Readonly<Record<StreamKind, string>> = {
  exec: 'PodExecOptions',
  attach: 'PodAttachOptions',
  portforward: 'PodPortForwardOptions',
};

/** podStreamUpgrade passes an exec, attach or port-forward connection, SPDY or WebSocket, through to the pod's kubelet. */
export function podStreamUpgrade(kind: StreamKind, parts: PodStreamParts): UpgradeHandler {
  return async (context, connection) => {
    const { nodeName, path } = await locate(kind, parts, context);
    const address = await parts.kubelets.addressOf(nodeName);
    const { method } = connection.head;
    await passUpgrade(headers => parts.kubelets.open(address, { method, path, headers, upgrade: true }), connection);
  };
}

/** podStreamWithoutUpgrade answers requests that forgot to ask for an upgrade: with what is wrong first. */
export function podStreamWithoutUpgrade(kind: StreamKind, parts: PodStreamParts): SubresourceHandler {
  return async context => {
    await locate(kind, parts, context);
    throw badRequest('Upgrade request required');
  };
}

async function locate(
  kind: StreamKind,
  { pods, admission }: PodStreamParts,
  context: RequestContext,
): Promise<{ nodeName: string; path: string }> {
  const { namespace, name } = context.info;
  const options = { kind: OPTIONS_KIND[kind], apiVersion: 'v1', ...Object.fromEntries(context.query) };
  await admission.run(
    subresourceAttributes(context, 'CONNECT', { group: '', version: 'v1', kind: OPTIONS_KIND[kind] }, options),
  );
  const pod = await findPod(pods(), namespace, name);
  const container = kind === 'portforward' ? undefined : containerOf(pod, context.query.get('container'), true);
  return { nodeName: nodeOf(pod), path: kubeletPath(kind, namespace, name, container, context.query) };
}

/** kubeletPath is where the kubelet serves the stream: its flags are `input output error tty`, ones for true. Pure. */
export function kubeletPath(
  kind: StreamKind,
  namespace: string,
  name: string,
  container: string | undefined,
  query: URLSearchParams,
): string {
  const pod = `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const passed = new URLSearchParams();
  if (kind === 'portforward') {
    for (const ports of query.getAll('ports')) passed.append('port', ports);
    return `/portForward/${pod}${passed.size ? `?${passed.toString()}` : ''}`;
  }
  for (const [asked, name] of [
    ['stdin', 'input'],
    ['stdout', 'output'],
    ['stderr', 'error'],
    ['tty', 'tty'],
  ] as const) {
    if (isTrue(query.get(asked))) passed.set(name, '1');
  }
  if (kind === 'exec') for (const word of query.getAll('command')) passed.append('command', word);
  return `/${kind}/${pod}/${encodeURIComponent(container ?? '')}${passed.size ? `?${passed.toString()}` : ''}`;
}

const isTrue = (value: string | null) => value !== null && ['1', 't', 'true', 'True', 'TRUE', 'T'].includes(value);
