import { Leases, type coordinationv1, type corev1 } from '@navarch/api';
import { isConflict, isNotFound } from '@navarch/apimachinery';
import { rfc3339Micro } from '@navarch/base';
import type { KubeletDeps } from '../options';

const NAMESPACE = 'kube-node-lease';
const RETRY_MS = 200;
const MAX_RETRY_MS = 7000;

/** NodeLease renews the node's Lease each quarter of its duration: the node's heartbeat. */
export class NodeLease {
  private lease: coordinationv1.Lease | undefined;

  constructor(
    private readonly deps: Pick<KubeletDeps, 'client' | 'clock' | 'log' | 'options'>,
    private readonly node: () => corev1.Node | undefined,
  ) {}

  /** run renews until signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, options, log } = this.deps;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.renew();
        failures = 0;
      } catch (error) {
        this.lease = undefined;
        log.v(failures++ === 0 ? 0 : 2, 'Cannot renew the node lease', { err: String(error) });
      }
      const retry = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (failures - 1));
      await clock.sleep(failures ? retry : (options.leaseSeconds * 1000) / 4, signal).catch(() => undefined);
    }
  }

  private async renew(): Promise<void> {
    const { client, clock, options } = this.deps;
    const leases = client.resource(Leases);
    const { nodeName: name } = options;
    this.lease ??= await leases.get(NAMESPACE, name).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const node = this.node();
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: node?.metadata?.uid ?? '' };
    const spec = {
      ...this.lease?.spec,
      holderIdentity: name,
      leaseDurationSeconds: options.leaseSeconds,
      renewTime: rfc3339Micro(clock.now()),
    };
    if (!this.lease) {
      const metadata = { name, namespace: NAMESPACE, ...(node && { ownerReferences: [owner] }) };
      this.lease = await leases.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
      return;
    }
    const owned = this.lease.metadata?.ownerReferences?.length || !node;
    const metadata = owned ? this.lease.metadata : { ...this.lease.metadata, ownerReferences: [owner] };
    this.lease = await leases.update({ ...this.lease, metadata, spec }).catch((error: unknown) => {
      // Somebody else changed it: read it again and renew that, at once.
      if (!isConflict(error)) throw error;
      return leases.get(NAMESPACE, name);
    });
  }
}
