import { EndpointSlices, Nodes, Services, type corev1, type discoveryv1 } from '@navarch/api';
import { isNotFound, type KubeObject } from '@navarch/apimachinery';
import { systemClock } from '@navarch/base';
import {
  createKubeClient,
  HttpsTransport,
  loadKubeconfig,
  type KubeClient,
  type ResourceClient,
} from '@navarch/client';
import dnsPacket from 'dns-packet';
import dgram from 'node:dgram';
import type { ClusterConfig } from '../cluster/config';
import type { ClusterPaths } from '../cluster/paths';

const DNS_PORT = 10053;
const DNS_METRICS_PORT = 9153;

/** withClient gives fn an administrator's client over HTTPS, and closes it afterwards. */
export async function withClient<T>(paths: ClusterPaths, fn: (client: KubeClient) => Promise<T>): Promise<T> {
  const transport = new HttpsTransport(loadKubeconfig(paths.adminKubeconfig));
  try {
    return await fn(createKubeClient(transport, { userAgent: 'navarch' }));
  } finally {
    await transport.close();
  }
}

/** awaitReady resolves to the nodes' names when every one of them is Ready. It watches; it does not poll. */
export function awaitReady(config: ClusterConfig, paths: ClusterPaths, signal: AbortSignal): Promise<string[]> {
  const missing = new Set(config.nodes.map(node => node.name));
  return withClient(paths, async client => {
    const nodes = client.resource(Nodes);
    while (missing.size) {
      const list = await nodes.list('');
      for (const node of list.items) if (isReady(node)) missing.delete(node.metadata?.name ?? '');
      if (!missing.size) break;
      for await (const event of nodes.watch('', {
        resourceVersion: list.metadata.resourceVersion,
        timeoutSeconds: 60,
        signal,
      })) {
        if (event.type !== 'DELETED' && isReady(event.object)) missing.delete(event.object.metadata?.name ?? '');
        if (!missing.size) break;
      }
    }
    return config.nodes.map(node => node.name);
  });
}

/** isReady tells whether a node's Ready condition is True. */
export function isReady(node: corev1.Node): boolean {
  return node.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

/**
 * ensureDnsService makes the Service every pod's resolv.conf names, with endpoints of our own (the DNS server runs on the
 * machine and no selector finds it), and waits until the server answers for the `kubernetes` Service.
 */
export async function ensureDnsService(config: ClusterConfig, paths: ClusterPaths, signal: AbortSignal): Promise<void> {
  await withClient(paths, async client => {
    await ensure(client.resource(Services), dnsService(config));
    await ensure(client.resource(EndpointSlices), dnsEndpoints(config));
  });
  const question = `kubernetes.default.svc.${config.clusterDomain}`;
  const deadline = Date.now() + 30_000;
  while (
    (await resolveA(config.machineAddress, DNS_PORT, question).catch(() => [])).every(
      answer => answer !== config.apiServiceAddress,
    )
  ) {
    if (Date.now() > deadline) throw new Error(`the DNS server does not know ${question}: navarch logs dns`);
    await systemClock.sleep(25, signal);
  }
}

/** dnsService is kube-system/kube-dns with the address pods are told. */
export function dnsService(config: ClusterConfig): corev1.Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      annotations: { 'prometheus.io/port': String(DNS_METRICS_PORT), 'prometheus.io/scrape': 'true' },
    },
    spec: {
      clusterIP: config.dnsServiceAddress,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: DNS_PORT },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: DNS_PORT },
        { name: 'metrics', port: DNS_METRICS_PORT, protocol: 'TCP', targetPort: DNS_METRICS_PORT },
      ],
    },
  };
}

/** dnsEndpoints leads the Service to the machine. */
export function dnsEndpoints(config: ClusterConfig): discoveryv1.EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'kubernetes.io/service-name': 'kube-dns', 'endpointslice.kubernetes.io/managed-by': 'navarch' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [config.advertiseAddress], conditions: { ready: true } }],
    ports: [
      { name: 'dns', port: DNS_PORT, protocol: 'UDP' },
      { name: 'dns-tcp', port: DNS_PORT, protocol: 'TCP' },
      { name: 'metrics', port: DNS_METRICS_PORT, protocol: 'TCP' },
    ],
  };
}

/** ensure creates an object unless one of its name is there. Looked for first: a second Service's address would be taken by the first. */
async function ensure<T extends KubeObject>(client: ResourceClient<T>, object: T): Promise<void> {
  try {
    await client.get(object.metadata?.namespace ?? '', object.metadata?.name ?? '');
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(object);
  }
}

/** resolveA asks one DNS server for a name's IPv4 addresses. */
export function resolveA(server: string, port: number, name: string, timeoutMs = 500): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    const timer = setTimeout(() => finish(new Error(`no answer from ${server}:${port}`)), timeoutMs);
    const finish = (result: Error | string[]) => {
      clearTimeout(timer);
      socket.close();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    socket.once('error', finish);
    socket.once('message', message => {
      try {
        finish((dnsPacket.decode(message).answers ?? []).flatMap(answer => (answer.type === 'A' ? [answer.data] : [])));
      } catch (error) {
        finish(error as Error);
      }
    });
    const id = Math.floor(Math.random() * 65_536);
    socket.send(
      dnsPacket.encode({ type: 'query', id, flags: dnsPacket.RECURSION_DESIRED, questions: [{ type: 'A', name }] }),
      port,
      server,
    );
  });
}
