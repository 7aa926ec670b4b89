import type { networkingv1 } from '@navarch/api';
import { isDeleting } from '@navarch/apimachinery';
import { BlockList } from 'node:net';

type Cidr = networkingv1.ServiceCIDR;

/** FINALIZER holds a range as long as Services have addresses of it. */
export const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** GRACE_MS is how long a range that is deleted is held at least: API servers have to hear of it before they hand out no more of it. */
export const GRACE_MS = 10_000;

/** CidrPlan is what a range needs: its finalizer and to be called ready, to be told what holds it, to wait, or to be let go. */
export type CidrPlan =
  | { readonly do: 'keep' }
  | { readonly do: 'hold' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'release' };

/** planCidr decides what to do about a range, given all ranges and the addresses that Services have. Pure. */
export function planCidr(cidr: Cidr, all: readonly Cidr[], addresses: readonly string[], now: number): CidrPlan {
  if (!isDeleting(cidr)) return { do: 'keep' };
  if (!mayGo(cidr, all, addresses)) return { do: 'hold' };
  const ms = Date.parse(cidr.metadata!.deletionTimestamp!) + GRACE_MS - now;
  return ms > 0 ? { do: 'wait', ms } : { do: 'release' };
}

/** related are the names of the ranges that have to be looked at when this one changes: those it overlaps. Pure. */
export function related(cidr: Cidr, all: readonly Cidr[]): string[] {
  return all
    .filter(other => blocksOf(cidr).some(block => blocksOf(other).some(b => contains(b, block) || contains(block, b))))
    .map(({ metadata }) => metadata?.name ?? '');
}

/** holding are the names of the ranges that an address is in. Pure. */
export function holding(address: string, all: readonly Cidr[]): string[] {
  return all.filter(cidr => holds(cidr, address)).map(({ metadata }) => metadata?.name ?? '');
}

/** A range may go if others have all of it, or at least all addresses of it that Services have. */
function mayGo(cidr: Cidr, all: readonly Cidr[], addresses: readonly string[]): boolean {
  const others = all.filter(other => other.metadata?.name !== cidr.metadata?.name && !isDeleting(other));
  const covered = blocksOf(cidr).every(block => others.some(other => blocksOf(other).some(b => contains(b, block))));
  return covered || addresses.every(ip => !holds(cidr, ip) || others.some(other => holds(other, ip)));
}

interface Block {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

const familyOf = (ip: string) => (ip.includes(':') ? 'ipv6' : 'ipv4');

function blocksOf({ spec }: Cidr): Block[] {
  return (spec?.cidrs ?? []).map(cidr => {
    const [address = '', bits] = cidr.split('/');
    return { address, bits: Number(bits), family: familyOf(address) };
  });
}

function contains(outer: Block, inner: Block): boolean {
  return outer.bits <= inner.bits && listOf(outer).check(inner.address, inner.family);
}

const holds = (cidr: Cidr, ip: string) => blocksOf(cidr).some(block => listOf(block).check(ip, familyOf(ip)));

function listOf({ address, bits, family }: Block): BlockList {
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list;
}
