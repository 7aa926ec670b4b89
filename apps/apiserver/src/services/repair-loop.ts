import type { corev1 } from '@navarch/api';
import type { Clock, Logger } from '@navarch/base';
import type { RangeAllocator } from './range-allocator';
import { claimsOf } from './service-claims';

const INTERVAL_MS = 3 * 60_000;

export interface RepairOptions {
  readonly addresses: RangeAllocator;
  readonly ports: RangeAllocator;
  /** services lists all Services, as of now. */
  readonly services: () => Promise<readonly corev1.Service[]>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** repairOnce makes the records agree with the Services. Before the first write it must have succeeded once. */
export async function repairOnce({ addresses, ports, services, log }: RepairOptions): Promise<void> {
  const claims = async () => (await services()).map(claimsOf);
  const repaired = {
    addresses: await addresses.repair(async () => new Set((await claims()).flatMap(claim => claim.addresses))),
    ports: await ports.repair(async () => new Set((await claims()).flatMap(claim => claim.ports))),
  };
  for (const [what, { missing, freed }] of Object.entries(repaired)) {
    if (missing.length || freed.length)
      log.warn('Repaired service allocations', { what, missing: missing.length, freed: freed.length });
  }
}

/** runRepairLoop repairs every three minutes until signal aborts; a failure waits for the next turn. */
export async function runRepairLoop(options: RepairOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await options.clock.sleep(INTERVAL_MS, signal);
      await repairOnce(options);
    } catch (error) {
      if (!signal.aborted) options.log.error('Repairing service allocations failed', error);
    }
  }
}
