import { ipv4ToNumber } from './address-range';
import type { NumberPool, Range, RangeAllocator } from './range-allocator';

/** DUMMY_PORTS_FROM is below the first port that a dry run shows where any will do. It is none that a Service gets unless told otherwise. */
const DUMMY_PORTS_FROM = 32_768;

/** DryPorts stand in for node ports while one dry run lasts. A chosen port has to be free; whether it is in the range is not looked at. */
export class DryPorts implements NumberPool {
  readonly range: Range;
  private readonly taken = new Set<number>();

  constructor(private readonly real: Pick<RangeAllocator, 'range' | 'has'>) {
    this.range = real.range;
  }

  contains(): boolean {
    return true;
  }

  async allocate(value: number): Promise<boolean> {
    if (this.taken.has(value) || (await this.real.has(value))) return false;
    this.taken.add(value);
    return true;
  }

  allocateNext(): Promise<number> {
    const next = (this.taken.size ? Math.max(...this.taken) : DUMMY_PORTS_FROM) + 1;
    this.taken.add(next);
    return Promise.resolve(next);
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** DryAddresses stand in for cluster IPs. A chosen one has to be in the range, if that `isChecked`; what any other would be is not known: the network's own is shown. */
export class DryAddresses implements NumberPool {
  readonly range: Range;

  constructor(
    private readonly real: Pick<NumberPool, 'range' | 'contains'>,
    private readonly isChecked: boolean,
  ) {
    this.range = real.range;
  }

  contains(value: number): boolean {
    return !this.isChecked || this.real.contains(value);
  }

  allocate(): Promise<boolean> {
    return Promise.resolve(true);
  }

  allocateNext(): Promise<number | undefined> {
    return Promise.resolve(ipv4ToNumber(this.range.text.split('/')[0]!));
  }

  release(): Promise<void> {
    return Promise.resolve();
  }
}
