import type { networkingv1 } from '@navarch/api';
import { isAlreadyExists } from '@navarch/apimachinery';
import type { Store } from '@navarch/apiserver-runtime';
import type { Clock } from '@navarch/base';
import { ipv4ToNumber, numberToIpv4 } from './address-range';
import type { NumberPool, Owner, Range, Repaired } from './range-allocator';
import { INTERVAL_MS } from './repair-loop';

const FAMILY = 'ipaddress.kubernetes.io/ip-family';
/** MANAGED_BY labels the records that the API server keeps. */
export const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by';
/** MANAGER is how it calls itself there. */
export const MANAGER = 'ipallocator.k8s.io';

type IPAddress = networkingv1.IPAddress;

export interface IPAddressPoolParts {
  /** range is the service network of the flags, which is always in use. */
  readonly range: Range;
  /** others are the ranges that ServiceCIDRs add. */
  readonly others: () => readonly Range[];
  readonly records: () => Store<IPAddress>;
  /** isRecorded tells of an address whether a record is known, maybe late: it only saves attempts. */
  readonly isRecorded: (name: string) => boolean;
  readonly clock: Clock;
  readonly random?: () => number;
}

/**
 * IPAddressPool hands out the addresses of all service networks. Who has created the IPAddress of that name has the address, whichever
 * apiserver asks.
 */
export class IPAddressPool implements NumberPool {
  readonly range: Range;

  constructor(private readonly parts: IPAddressPoolParts) {
    this.range = parts.range;
  }

  contains(value: number): boolean {
    return this.ranges().some(({ base, size }) => value >= base && value < base + size);
  }

  async allocate(value: number, owner: Owner): Promise<boolean> {
    try {
      await this.parts.records().create(recordOf(numberToIpv4(value), owner));
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      throw error;
    }
  }

  async allocateNext(owner: Owner): Promise<number | undefined> {
    for (const range of this.ranges()) {
      for (const value of candidates(range, this.parts.random ?? Math.random)) {
        if (this.parts.isRecorded(numberToIpv4(value))) continue;
        if (await this.allocate(value, owner)) return value;
      }
    }
    return undefined;
  }

  async release(values: readonly number[]): Promise<void> {
    for (const value of values) await this.parts.records().delete('', numberToIpv4(value));
  }

  /** repair records the addresses of Services, and lets go of records of nobody; not of young ones, whose owner may be about to be written. */
  async repair(services: () => Promise<ReadonlyMap<number, Owner>>): Promise<Repaired> {
    const records = await this.parts.records().list();
    const owners = await services();
    const recorded = new Map(records.map(record => [ipv4ToNumber(record.metadata?.name ?? ''), record]));
    const missing: number[] = [];
    for (const [value, owner] of owners) {
      const there = recorded.get(value);
      if (there && isHeldBy(there, owner)) continue;
      // A record of somebody else is of no use to anybody: addresses are never handed out twice.
      if (there) await this.parts.records().delete('', numberToIpv4(value));
      if (await this.allocate(value, owner)) missing.push(value);
    }
    const freed: number[] = [];
    for (const [value, record] of recorded) {
      if (value === undefined || owners.has(value) || !this.isLeft(record)) continue;
      const { name = '', uid } = record.metadata ?? {};
      if (await this.parts.records().delete('', name, uid ? { uid } : {})) freed.push(value);
    }
    return { missing, freed };
  }

  private ranges(): readonly Range[] {
    return [this.range, ...this.parts.others()];
  }

  private isLeft({ metadata }: IPAddress): boolean {
    if (metadata?.labels?.[MANAGED_BY] !== MANAGER) return false;
    return this.parts.clock.now() - Date.parse(metadata.creationTimestamp ?? '') > INTERVAL_MS;
  }
}

/** candidates are the numbers of a range from a random one on, those of the low band last. */
function* candidates({ base, size, reserved }: Range, random: () => number): Generator<number> {
  const bands = [
    { from: reserved, length: size - reserved },
    { from: 0, length: reserved },
  ];
  for (const { from, length } of bands) {
    const start = Math.floor(random() * length);
    for (let i = 0; i < length; i++) yield base + from + ((start + i) % length);
  }
}

function recordOf(name: string, { namespace, name: service }: Owner): IPAddress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name, labels: { [FAMILY]: 'IPv4', [MANAGED_BY]: MANAGER } },
    spec: { parentRef: { group: '', resource: 'services', namespace, name: service } },
  };
}

function isHeldBy({ spec }: IPAddress, { namespace, name }: Owner): boolean {
  const { resource, namespace: where, name: who } = spec?.parentRef ?? {};
  return resource === 'services' && where === namespace && who === name;
}
