import type { networkingv1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { addressRange } from './address-range';
import type { Range } from './range-allocator';

/** DEFAULT_CIDR is the ServiceCIDR of the flags' network. */
export const DEFAULT_CIDR = 'kubernetes';

/** rangesOf are the IPv4 networks that ServiceCIDRs add to the flags' one: of those that are ready and not being deleted. Pure. */
export function rangesOf(all: readonly networkingv1.ServiceCIDR[]): Range[] {
  return all
    .filter(cidr => cidr.metadata?.name !== DEFAULT_CIDR && !isDeleting(cidr) && isReady(cidr))
    .flatMap(({ spec }) => spec?.cidrs ?? [])
    .flatMap(cidr => addressRange(cidr) ?? []);
}

/** isReady: the controller has seen the range. */
export function isReady({ status }: networkingv1.ServiceCIDR): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');
}
