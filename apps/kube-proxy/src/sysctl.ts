import type { Logger } from '@navarch/base';
import fs from 'node:fs';

/** ConnectionTimeouts are how long (ms) the kernel remembers TCP connections that are silent; 0 leaves what it has. */
export interface ConnectionTimeouts {
  readonly established: number;
  readonly closeWait: number;
}

/** kernelSettings are what service traffic needs of the kernel: node ports on localhost, bridged pod traffic seen by iptables, patience. Pure. */
export function kernelSettings({ established, closeWait }: ConnectionTimeouts): Readonly<Record<string, string>> {
  const seconds = (ms: number) => String(Math.ceil(ms / 1000));
  return {
    'net/ipv4/ip_forward': '1',
    'net/ipv4/conf/all/route_localnet': '1',
    'net/bridge/bridge-nf-call-iptables': '1',
    ...(established > 0 && { 'net/netfilter/nf_conntrack_tcp_timeout_established': seconds(established) }),
    // The kernel forgets a connection that is closed on one side after a minute, and the other side may still be sending.
    ...(closeWait > 0 && { 'net/netfilter/nf_conntrack_tcp_timeout_close_wait': seconds(closeWait) }),
  };
}

/** prepareKernel sets what can be set; a setting that is not there (no br_netfilter) or not ours to change is logged and left. */
export function prepareKernel(settings: Readonly<Record<string, string>>, log: Logger): void {
  for (const [name, value] of Object.entries(settings)) {
    const file = `/proc/sys/${name}`;
    try {
      if (fs.readFileSync(file, 'utf8').trim() !== value) fs.writeFileSync(file, value);
    } catch (error) {
      log.warn('Kernel setting left as it is', { setting: name, err: (error as Error).message });
    }
  }
}
