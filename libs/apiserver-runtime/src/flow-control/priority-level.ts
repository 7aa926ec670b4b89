import type { flowcontrolv1 } from '@navarch/api';
import type { Clock } from '@navarch/base';
import { OverloadError } from '../chain/flow-control';
import type { Seat } from '../interfaces';
import { FairQueues, type QueueSettings } from './fair-queues';
import type { RejectReason } from './flow-counts';
import type { FlowRequest, Level } from './flow-request';
import type { Bounds, Demand } from './limits';
import { SeatDemand } from './seat-demand';

/** queueSettingsOf are the queues of a level; undefined where it refuses instead of queueing. */
export function queueSettingsOf({ spec }: flowcontrolv1.PriorityLevelConfiguration): QueueSettings | undefined {
  const { limitResponse } = spec?.limited ?? {};
  if (limitResponse?.type !== 'Queue') return undefined;
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = limitResponse.queuing ?? {};
  return { queues, handSize, queueLengthLimit };
}

/** PriorityLevel gives the seats of one level to its requests: the I/O around FairQueues. */
export class PriorityLevel implements Level {
  readonly queues: FairQueues<FlowRequest>;
  settings: QueueSettings | undefined;
  uid = '';
  bounds: Bounds = { nominal: 0, lower: 0, upper: 0 };
  private readonly demand: SeatDemand;

  constructor(
    readonly name: string,
    readonly isExempt: boolean,
    private readonly clock: Clock,
    private readonly waitLimitMs: number,
  ) {
    this.queues = new FairQueues<FlowRequest>(undefined, isExempt ? Infinity : 0, this.now());
    this.demand = new SeatDemand(this.now());
  }

  /** configure takes a changed configuration; what waits goes on waiting. */
  configure(level: flowcontrolv1.PriorityLevelConfiguration, bounds: Bounds): void {
    this.uid = level.metadata?.uid ?? '';
    this.settings = queueSettingsOf(level);
    // What was borrowed is settled anew at the next adjustment.
    const seats = bounds.nominal === this.bounds.nominal ? this.queues.limit : bounds.nominal;
    this.bounds = bounds;
    this.queues.reshape(this.settings, this.isExempt ? Infinity : clamp(seats, bounds), this.now());
    this.dispatch();
  }

  /** setSeats lends or borrows. */
  setSeats(seats: number): void {
    if (this.isExempt) return;
    this.queues.setLimit(seats, this.now());
    this.dispatch();
  }

  /** periodDemand is what was wanted since it was asked for last. */
  periodDemand(): Demand {
    return this.demand.period(this.now());
  }

  /** enter seats a request, at once or by and by; it throws or rejects with an OverloadError. */
  enter(request: FlowRequest, signal: () => AbortSignal): Seat | Promise<Seat> {
    const now = this.now();
    const { schema } = request;
    const arrival = this.queues.arrive(request, schema.handOf(request.distinguisher), now);
    switch (arrival) {
      case 'seated':
        this.noteDemand(now);
        if (this.settings) schema.counts.queueLengths.add(1);
        request.seat();
        return request;
      case 'waiting':
        schema.counts.queueLengths.add(this.queues.lengthOf(request));
        this.noteDemand(now);
        return this.wait(request, signal());
      default:
        throw this.refusal(request, arrival);
    }
  }

  leave(request: FlowRequest): void {
    const now = this.now();
    request.schema.counts.end(request, request.type, now);
    this.queues.finish(request, now);
    const { lingerSeconds } = request.work;
    if (lingerSeconds) this.clock.after(lingerSeconds * 1000, () => this.free(request, this.now()));
    else this.free(request, now);
  }

  private free(request: FlowRequest, now: number): void {
    this.queues.free(request, now);
    if (this.queues.waiting) this.dispatch();
    this.noteDemand(now);
  }

  private wait(request: FlowRequest, signal: AbortSignal): Promise<Seat> {
    return new Promise((resolve, reject) => {
      const refuse = (reason: RejectReason) => {
        if (!this.queues.leave(request, this.now())) return;
        settle();
        const now = this.now();
        request.schema.counts.waited.false.add(now - request.arrivedAt);
        this.noteDemand(now);
        reject(this.refusal(request, reason));
      };
      const onAbort = () => refuse('cancelled');
      const timer = this.clock.after(this.waitLimitMs, () => refuse('time-out'));
      const { counts } = request.schema;
      const settle = () => {
        counts.waiting--;
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', onAbort);
      };
      counts.waiting++;
      request.onSeat = () => {
        settle();
        resolve(request);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  private refusal({ schema }: FlowRequest, reason: RejectReason): OverloadError {
    schema.counts.reject(reason);
    return new OverloadError(schema.headers);
  }

  private dispatch(): void {
    const now = this.now();
    for (let next = this.queues.dispatch(now); next; next = this.queues.dispatch(now)) next.seat();
  }

  private noteDemand(now: number): void {
    this.demand.set(this.queues.taken + this.queues.wanted, now);
  }

  private now(): number {
    return this.clock.now() / 1000;
  }
}

const clamp = (seats: number, { lower, upper }: Bounds) => Math.min(upper, Math.max(lower, seats));
