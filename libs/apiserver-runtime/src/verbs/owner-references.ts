import { semanticEqual } from '@navarch/kinds';
import type { AnyObject, OwnerReference } from '@navarch/apimachinery';

const ADVICE =
  'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests';

/**
 * dedupOwners takes owners out that are there already, in place, and tells `warn` of their uids. `admitted`: plugins have had
 * the object since it was read.
 */
export function dedupOwners({ metadata }: AnyObject, admitted: boolean, warn: (text: string) => void): void {
  const owners = metadata?.ownerReferences;
  if (!owners || owners.length < 2) return;
  const kept: OwnerReference[] = [];
  const twice: string[] = [];
  for (const owner of owners) {
    if (kept.some(other => semanticEqual(other, owner))) twice.push(owner.uid);
    else kept.push(owner);
  }
  if (!twice.length) return;
  metadata.ownerReferences = kept;
  const when = admitted ? ' after mutating admission happens' : '';
  warn(
    `.metadata.ownerReferences contains duplicate entries${when}; ${ADVICE}; duplicate UID(s) observed: ${twice.join(', ')}`,
  );
}
