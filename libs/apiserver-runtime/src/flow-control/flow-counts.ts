import { Distribution } from '@navarch/base';
import { seatsOf, type Ticket } from './fair-queues';

const SECONDS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const LENGTHS = [0, 10, 25, 50, 100, 250, 500, 1000];
const SEATS = [1, 2, 4, 10];

/** RejectReason is why a request was refused, as metrics name it. */
export type RejectReason = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

/** FlowCounts are the numbers of a schema's requests at a level, for metrics. */
export class FlowCounts {
  dispatched = 0;
  executing = 0;
  /** seats are those that the executing requests hold. */
  seats = 0;
  waiting = 0;
  readonly rejected = new Map<RejectReason, number>();
  /** waited is how long requests stood in a queue, in seconds: those that were served, and those that gave up. */
  readonly waited = { true: new Distribution(SECONDS), false: new Distribution(SECONDS) };
  readonly executed = { regular: new Distribution(SECONDS), watch: new Distribution(SECONDS) };
  readonly queueLengths = new Distribution(LENGTHS);
  readonly estimatedSeats = new Distribution(SEATS);

  begin(ticket: Ticket): void {
    this.dispatched++;
    this.executing++;
    this.seats += seatsOf(ticket);
    this.waited.true.add(ticket.startedAt - ticket.arrivedAt);
    this.estimatedSeats.add(seatsOf(ticket));
  }

  end(ticket: Ticket, type: keyof FlowCounts['executed'], now: number): void {
    this.executing--;
    this.seats -= seatsOf(ticket);
    this.executed[type].add(now - ticket.startedAt);
  }

  reject(reason: RejectReason): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }
}
