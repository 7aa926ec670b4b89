import type { FlightKind, Seat } from '../interfaces';
import type { Ticket } from './fair-queues';
import type { FlowCounts } from './flow-counts';
import type { Work } from './work-estimate';

/** Flows are what a request has of the schema that it matches. */
export interface Flows {
  readonly name: string;
  /** headers tell a client by which objects it was judged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly counts: FlowCounts;
  /** handOf are the queues that a flow may use. */
  handOf(distinguisher: string): readonly number[];
}

/** Level is what a request has of the level whose seat it takes. */
export interface Level {
  /** leave ends a request; its seats are free at once, or when its watchers have been told. */
  leave(request: FlowRequest): void;
}

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
    readonly schema: Flows,
    private readonly level: Level,
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
    this.level.leave(this);
  }
}
