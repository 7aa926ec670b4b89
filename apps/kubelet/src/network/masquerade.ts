import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMENT = 'navarch pods to the outside';

/** masqueradeRule: what pods send out of the cluster goes under the node's address. */
export function masqueradeRule(podCidr: string, clusterCidr: string): readonly string[] {
  return [
    'POSTROUTING',
    '-s',
    podCidr,
    '!',
    '-d',
    clusterCidr,
    '-m',
    'comment',
    '--comment',
    COMMENT,
    '-j',
    'MASQUERADE',
  ];
}

/** ensureMasquerade adds the rule unless it is there. Idempotent. */
export async function ensureMasquerade(podCidr: string, clusterCidr: string): Promise<void> {
  const rule = masqueradeRule(podCidr, clusterCidr);
  const iptables = (action: string) => run('iptables', ['-w', '-t', 'nat', action, ...rule]);
  await iptables('-C').catch(() => iptables('-A'));
}
