import { quantityValue } from '../resources/quantity';

/** Signal is what can run out on a node; upstream's names. */
export type Signal =
  | 'memory.available'
  | 'nodefs.available'
  | 'nodefs.inodesFree'
  | 'imagefs.available'
  | 'imagefs.inodesFree'
  | 'pid.available';

export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

/** PRESSURES says which condition of the node each signal belongs to. */
export const PRESSURES: Readonly<Record<Signal, Pressure>> = {
  'memory.available': 'MemoryPressure',
  'nodefs.available': 'DiskPressure',
  'nodefs.inodesFree': 'DiskPressure',
  'imagefs.available': 'DiskPressure',
  'imagefs.inodesFree': 'DiskPressure',
  'pid.available': 'PIDPressure',
};

/** Threshold is one of --eviction-hard: below it the node is under pressure. `quantity` is as written: `100Mi`, `10%`. */
export interface Threshold {
  readonly signal: Signal;
  readonly quantity: string;
}

/** Observation is how much of something is left, of how much. */
export interface Observation {
  readonly available: number;
  readonly capacity: number;
}

export type Observations = ReadonlyMap<Signal, Observation>;

/** parseThresholds reads `memory.available<100Mi`. Throws for what is none. */
export function parseThresholds(specs: readonly string[]): Threshold[] {
  return specs.map(spec => {
    const [, signal = '', quantity = ''] = /^([^<]+)<(.+)$/.exec(spec) ?? [];
    const value = quantity.endsWith('%') ? Number(quantity.slice(0, -1)) : quantityValue(quantity);
    if (!Object.hasOwn(PRESSURES, signal) || !(value >= 0))
      throw new Error(`invalid eviction threshold ${JSON.stringify(spec)}`);
    return { signal: signal as Signal, quantity };
  });
}

/** thresholdValue is a threshold as a number, of a capacity where it is a share. */
export function thresholdValue({ quantity }: Threshold, capacity: number): number {
  return quantity.endsWith('%') ? (Number(quantity.slice(0, -1)) / 100) * capacity : quantityValue(quantity);
}

/** thresholdsMet are those that are undercut; memory first, as it is the most urgent. What is not observed is not met. */
export function thresholdsMet(thresholds: readonly Threshold[], observations: Observations): readonly Threshold[] {
  const met = thresholds.filter(threshold => {
    const seen = observations.get(threshold.signal);
    return seen !== undefined && seen.available < thresholdValue(threshold, seen.capacity);
  });
  return [...met].sort((a, b) => Number(b.signal === 'memory.available') - Number(a.signal === 'memory.available'));
}
