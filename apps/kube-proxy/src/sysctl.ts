import type { Logger } from '@navarch/base';
import fs from 'node:fs';

/** What service traffic needs of the kernel: node ports on localhost, and bridged pod traffic seen by iptables. */
const SETTINGS = {
  'net/ipv4/ip_forward': '1',
  'net/ipv4/conf/all/route_localnet': '1',
  'net/bridge/bridge-nf-call-iptables': '1',
} as const;

/** prepareKernel sets what can be set; a setting that is not there (no br_netfilter) or not ours to change is logged and left. */
export function prepareKernel(log: Logger): void {
  for (const [name, value] of Object.entries(SETTINGS)) {
    const file = `/proc/sys/${name}`;
    try {
      if (fs.readFileSync(file, 'utf8').trim() !== value) fs.writeFileSync(file, value);
    } catch (error) {
      log.warn('Kernel setting left as it is', { setting: name, err: (error as Error).message });
    }
  }
}
