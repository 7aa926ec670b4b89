import type { corev1 } from '@navarch/api';
import { notFound, StatusError } from '@navarch/apimachinery';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest } from 'node:http';
import type { Lookup } from '../lookup';

const DEFAULT_PORT = 10250;

/** KubeletTls are the apiserver's credentials for kubelets; PEM texts. Without a CA kubelets' certificates are not checked. */
export interface KubeletTls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

export interface KubeletAddress {
  readonly host: string;
  readonly port: number;
}

/** KubeletConnection reaches kubelets: by their node's addresses, in the preferred order of types. */
export class KubeletConnection {
  private readonly agent: Agent;

  constructor(
    private readonly nodes: Lookup<corev1.Node>,
    /** tls answers the credentials of the moment: connections from now on use them. */
    private readonly tls: () => KubeletTls,
    private readonly addressTypes: readonly string[],
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 1024, maxFreeSockets: 64 });
  }

  /** addressOf finds the kubelet of a pod's node; if there is no such node, it is a 404 that speaks of what was asked for, a pod. */
  async addressOf(nodeName: string): Promise<KubeletAddress> {
    const node = await this.nodes('', nodeName);
    if (!node) throw notFound({ group: '', resource: 'pods' }, nodeName);
    const host = preferredAddress(node, this.addressTypes);
    if (!host) throw noPreferredAddress(node);
    return { host, port: node.status?.daemonEndpoints?.kubeletEndpoint?.Port || DEFAULT_PORT };
  }

  /** open begins a request to a kubelet. Upgrades get a connection of their own. */
  open(
    address: KubeletAddress,
    options: Pick<RequestOptions, 'method' | 'path' | 'headers' | 'signal'> & { readonly upgrade?: boolean },
  ): ClientRequest {
    const { upgrade, ...rest } = options;
    return httpsRequest({ ...rest, ...address, ...this.credentials(), agent: upgrade ? false : this.agent });
  }

  close(): void {
    this.agent.destroy();
  }

  private credentials() {
    const { cert, key, ca } = this.tls();
    return { cert, key, ...(ca ? { ca } : { rejectUnauthorized: false }) };
  }
}

/** preferredAddress is the node's first address of the first type it has one of. */
export function preferredAddress(node: corev1.Node, types: readonly string[]): string | undefined {
  for (const type of types) {
    const found = node.status?.addresses?.find(address => address.type === type && address.address);
    if (found) return found.address;
  }
  return undefined;
}

/** noPreferredAddress is the failure to find an address of a node at which its kubelet would be reached. */
export function noPreferredAddress({ status }: corev1.Node): StatusError {
  const known = (status?.addresses ?? []).map(({ type, address }) => `{${type} ${address}}`);
  return new StatusError(500, '', `no preferred addresses found; known addresses: [${known.join(' ')}]`);
}

/** unreachable is the answer when a kubelet does not: 500, with the error of dialling. */
export function unreachable(error: unknown): StatusError {
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: error dialing backend: ${message}`, {
    causes: [{ message: `error dialing backend: ${message}` }],
  });
}
