import type { FlightKind, FlowControl, RequestContext, Seat } from '../interfaces';
import { isLongRunning } from '../request-info';
import { OverloadError, flightKindOf } from './flow-control';

/** MaxInFlight bounds how many reading and writing requests are served at a time, with no regard to whose they are. */
export class MaxInFlight implements FlowControl {
  readonly current: Record<FlightKind, number> = { mutating: 0, readOnly: 0 };

  constructor(private readonly bounds: Readonly<Record<FlightKind, number>>) {}

  /** enter: `system:masters` and what is long-running needs no seat. */
  enter({ info, user }: RequestContext): Seat | undefined {
    if (isLongRunning(info) || user.groups.includes('system:masters')) return undefined;
    const kind = flightKindOf(info);
    if (this.current[kind] >= this.bounds[kind]) throw new OverloadError();
    return new CountedSeat(this.current, kind);
  }
}

/** CountedSeat counts itself in, and out when it is released. */
class CountedSeat implements Seat {
  private taken = true;

  constructor(
    private readonly counts: Record<FlightKind, number>,
    private readonly kind: FlightKind,
  ) {
    counts[kind]++;
  }

  release(): void {
    if (!this.taken) return;
    this.taken = false;
    this.counts[this.kind]--;
  }
}
