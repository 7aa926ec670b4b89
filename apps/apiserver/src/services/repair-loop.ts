import type { Clock, Logger } from '@navarch/base';
import type { Repaired } from './range-allocator';

/** INTERVAL_MS is how long there is between two repairs. */
export const INTERVAL_MS = 3 * 60_000;

export interface RepairOptions {
  /** pools repair the records of one kind of number each. */
  readonly pools: Readonly<Record<string, () => Promise<Repaired>>>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** repairOnce makes the records agree with the Services. Before the first write it must have succeeded once. */
export async function repairOnce({ pools, log }: RepairOptions): Promise<void> {
  for (const [what, repair] of Object.entries(pools)) {
    const { missing, freed } = await repair();
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
