import type { corev1 } from '@navarch/api';
import { badRequest } from '@navarch/apimachinery';
import type { ApiServer, RequestContext, Store, SubresourceHandler, UpgradeHandler } from '@navarch/apiserver-runtime';
import { subresourceAttributes } from '../admission/subresource-attributes';
import type { KubeletAddress, KubeletConnection } from '../kubelet/kubelet-connection';
import { containerOf, findPod, nodeOf } from '../kubelet/pod-target';
import { passUpgrade } from '../proxy/upgrade';

export interface PodStreamParts {
  readonly pods: () => Store<corev1.Pod>;
  readonly kubelets: KubeletConnection;
  readonly admit: ApiServer['admit'];
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
    const { address, path } = await locate(kind, parts, context);
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
  { pods, kubelets, admit }: PodStreamParts,
  context: RequestContext,
): Promise<{ address: KubeletAddress; path: string }> {
  const { namespace, name } = context.info;
  const options = streamOptions(kind, context.query);
  await admit(subresourceAttributes(context, 'CONNECT', { group: '', version: 'v1', kind: options.kind }, options));
  const pod = await findPod(pods(), namespace, name);
  const container = kind === 'portforward' ? undefined : containerOf(pod, context.query.get('container'), true);
  const address = await kubelets.addressOf(nodeOf(pod));
  return { address, path: kubeletPath(kind, namespace, name, container, options) };
}

/** StreamOptions are a PodExecOptions, PodAttachOptions or PodPortForwardOptions, as admission sees it: what is false is left out. */
export interface StreamOptions {
  readonly kind: string;
  readonly apiVersion: 'v1';
  readonly stdin?: true;
  readonly stdout?: true;
  readonly stderr?: true;
  readonly tty?: true;
  readonly container?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly number[];
}

const FLAGS = ['stdin', 'stdout', 'stderr', 'tty'] as const;

/** streamOptions reads the options of a stream from a query; 400 for ports that are no numbers. A flag that is there is set, unless it says `0` or `false`. */
export function streamOptions(kind: StreamKind, query: URLSearchParams): StreamOptions {
  const type = { kind: OPTIONS_KIND[kind], apiVersion: 'v1' } as const;
  if (kind === 'portforward') {
    const ports = query.getAll('ports').map(portNumber);
    return { ...type, ...(ports.length && { ports }) };
  }
  const flags = FLAGS.filter(flag => isSet(query.get(flag))).map(flag => [flag, true]);
  const container = query.get('container');
  const command = kind === 'exec' ? query.getAll('command') : [];
  return {
    ...type,
    ...(Object.fromEntries(flags) as Partial<Record<(typeof FLAGS)[number], true>>),
    ...(container && { container }),
    ...(command.length && { command }),
  };
}

/** MAX_PORT is the largest number of 16 bits. */
const MAX_PORT = 65_535;

function portNumber(text: string): number {
  const isNumber = /^\d+$/.test(text);
  if (isNumber && Number(text) <= MAX_PORT) return Number(text);
  const why = isNumber ? 'value out of range' : 'invalid syntax';
  throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
}

const isSet = (value: string | null) => value !== null && !/^(0|false)$/i.test(value);

const KUBELET_FLAGS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };

/** kubeletPath is where the kubelet serves the stream: its flags are `input output error tty`, ones for true. Pure. */
export function kubeletPath(
  kind: StreamKind,
  namespace: string,
  name: string,
  container: string | undefined,
  options: StreamOptions,
): string {
  const passed = new URLSearchParams();
  for (const port of options.ports ?? []) passed.append('port', String(port));
  for (const flag of FLAGS) if (options[flag]) passed.set(KUBELET_FLAGS[flag], '1');
  for (const word of options.command ?? []) passed.append('command', word);
  const pod = `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const place =
    kind === 'portforward' ? `/portForward/${pod}` : `/${kind}/${pod}/${encodeURIComponent(container ?? '')}`;
  return `${place}${passed.size ? `?${passed.toString()}` : ''}`;
}
