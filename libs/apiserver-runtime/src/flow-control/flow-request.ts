import type { FlightKind, Seat } from '../chain/flow-control';
import type { Ticket } from './fair-queues';
import type { FlowSchemaState } from './flow-schema-state';
import type { Work } from './work-estimate';

/** FlowRequest is one request in its level: its ticket in the queues, and its seat when its turn has come. */
export class FlowRequest implements Ticket, Seat {
  queue = -1;
  arrivedAt = 0;
  startedAt = 0;
  arrivalR = 0;
  /** type is how metrics tell requests apart by how long they last. */
  type: 'regular' | 'watch' = 'regular';
  /** onSeat is who waits for the seat. */
  onSeat: (() => void) | undefined;
  private isSeated = false;

  constructor(
    readonly schema: FlowSchemaState,
    readonly distinguisher: string,
    readonly work: Work,
    private readonly kind: FlightKind,
    private readonly current: Record<FlightKind, number>,
  ) {}

  get headers(): Readonly<Record<string, string>> {
    return this.schema.headers;
  }

  /** seat begins its service. */
  seat(): void {
    this.isSeated = true;
    this.current[this.kind]++;
    this.schema.counts.begin(this);
    this.onSeat?.();
  }

  release(): void {
    if (!this.isSeated) return;
    this.isSeated = false;
    this.current[this.kind]--;
    this.schema.level.leave(this);
  }
}
