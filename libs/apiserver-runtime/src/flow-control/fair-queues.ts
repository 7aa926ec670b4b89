import type { Work } from './work-estimate';

/** QueueSettings shape the queues of a level: how many, how many of them one flow may use, how many requests fit in each. */
export interface QueueSettings {
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

/** Ticket is one request in a level, from its arrival to its end. Only FairQueues changes its fields. */
export interface Ticket {
  /** queue is the index of its queue, -1 in a level without queues. */
  queue: number;
  arrivedAt: number;
  startedAt: number;
  /** arrivalR is the virtual time at its arrival. */
  arrivalR: number;
  readonly work: Work;
}

/** seatsOf is how many seats a request holds from its start to its release. */
export const seatsOf = ({ work }: Ticket): number => Math.max(work.seats, work.finalSeats);

/** Arrival is what becomes of a request that arrives. */
export type Arrival = 'seated' | 'waiting' | 'queue-full' | 'concurrency-limit';

interface Queue<T> {
  /** waiting are the requests of the queue, oldest first; bounded by queueLengthLimit. */
  readonly waiting: T[];
  executing: number;
  /** nextR is the virtual time at which its next request would start. */
  nextR: number;
}

/** ESTIMATE_S is how long a request is taken to last, in seconds, until it has ended and its queue is charged what it took. */
const ESTIMATE_S = 0.003;

/**
 * FairQueues shares the seats of one priority level between flows: fair queueing by virtual time, as in packet networks.
 * A queue is charged the seat time of its requests, and the free seat goes to the queue that would be done first. Virtual time
 * goes on as fast as a busy queue is served. A state machine: no clock, no promise; `now` is in seconds and never goes back.
 */
export class FairQueues<T extends Ticket> {
  private readonly all: Queue<T>[] = [];
  private virtualTime = 0;
  private syncedAt: number;
  /** active counts the queues with requests, waiting or executing. */
  private active = 0;
  /** turn is where the search for the next queue begins, so that equal ones take turns. */
  private turn = 0;
  executing = 0;
  waiting = 0;
  /** taken are the seats in use, wanted those that waiting requests will need. */
  taken = 0;
  wanted = 0;

  /** `settings` undefined: no queues, what finds no seat is refused. */
  constructor(
    private settings: QueueSettings | undefined,
    private seats: number,
    now: number,
  ) {
    this.syncedAt = now;
    this.grow();
  }

  /** reshape takes other settings. Requests stay where they are; queues past the new number drain. */
  reshape(settings: QueueSettings | undefined, seats: number, now: number): void {
    this.sync(now);
    this.settings = settings;
    this.seats = seats;
    this.grow();
  }

  get limit(): number {
    return this.seats;
  }

  /** setLimit changes the number of seats; dispatch then hands out new ones. */
  setLimit(seats: number, now: number): void {
    this.sync(now);
    this.seats = seats;
  }

  /** arrive takes a request in, with the hand of its flow. What is `waiting` is answered by a later dispatch, or leaves. */
  arrive(ticket: T, hand: readonly number[], now: number): Arrival {
    this.sync(now);
    ticket.arrivedAt = now;
    const isFree = this.waiting === 0 && this.fits(ticket);
    if (!this.settings) {
      if (!isFree) return 'concurrency-limit';
      ticket.queue = -1;
      ticket.startedAt = now;
      this.executing++;
      this.taken += seatsOf(ticket);
      return 'seated';
    }
    const index = this.leastLoaded(hand);
    const queue = this.all[index]!;
    if (!isFree && queue.waiting.length >= this.settings.queueLengthLimit) return 'queue-full';
    ticket.queue = index;
    ticket.arrivalR = this.virtualTime;
    if (!queue.executing && !queue.waiting.length) {
      queue.nextR = this.virtualTime;
      this.active++;
    }
    if (isFree) {
      this.start(ticket, queue, now);
      return 'seated';
    }
    queue.waiting.push(ticket);
    this.waiting++;
    this.wanted += seatsOf(ticket);
    return 'waiting';
  }

  /** dispatch gives free seats to the next request; undefined if it has to wait for them or nobody waits. Call it until then. */
  dispatch(now: number): T | undefined {
    if (!this.waiting || this.taken >= this.seats) return undefined;
    this.sync(now);
    const at = this.next();
    const queue = this.all[at]!;
    const ticket = queue.waiting[0]!;
    // Smaller ones behind it must not keep it waiting for ever.
    if (!this.fits(ticket)) return undefined;
    this.turn = at;
    queue.waiting.shift();
    this.waiting--;
    this.wanted -= seatsOf(ticket);
    this.start(ticket, queue, now);
    return ticket;
  }

  /** finish ends the service of a request, and charges its queue what it really took. Its seats stay taken until free. */
  finish(ticket: T, now: number): void {
    this.sync(now);
    this.executing--;
    const queue = this.all[ticket.queue];
    if (!queue) return;
    queue.executing--;
    queue.nextR += (Math.max(0, now - ticket.startedAt) - ESTIMATE_S) * ticket.work.seats;
    this.rest(queue);
  }

  /** free gives the seats of a finished request back. */
  free(ticket: T, now: number): void {
    this.sync(now);
    this.taken -= seatsOf(ticket);
  }

  /** leave takes a waiting request out; false if it does not wait (any more). */
  leave(ticket: T, now: number): boolean {
    this.sync(now);
    const queue = this.all[ticket.queue];
    const at = queue?.waiting.indexOf(ticket) ?? -1;
    if (!queue || at < 0) return false;
    queue.waiting.splice(at, 1);
    this.waiting--;
    this.wanted -= seatsOf(ticket);
    this.rest(queue);
    return true;
  }

  /** lengthOf is how many wait in the queue of a request. */
  lengthOf(ticket: T): number {
    return this.all[ticket.queue]?.waiting.length ?? 0;
  }

  /** states are the queues as they are, for a dump. */
  states(): { readonly waiting: readonly T[]; readonly executing: number; readonly nextR: number }[] {
    return this.all.map(({ waiting, executing, nextR }) => ({ waiting: [...waiting], executing, nextR }));
  }

  private start(ticket: T, queue: Queue<T>, now: number): void {
    const { seats, finalSeats, lingerSeconds } = ticket.work;
    ticket.startedAt = now;
    queue.executing++;
    this.executing++;
    this.taken += seatsOf(ticket);
    queue.nextR += ESTIMATE_S * seats + lingerSeconds * finalSeats;
  }

  /** fits: one that needs more seats than there are is served alone. */
  private fits(ticket: T): boolean {
    if (this.taken === 0) return this.seats > 0;
    return this.taken + seatsOf(ticket) <= this.seats;
  }

  private rest(queue: Queue<T>): void {
    if (!queue.executing && !queue.waiting.length) this.active--;
  }

  /** sync brings virtual time up to now: it goes on by what each active queue got meanwhile. */
  private sync(now: number): void {
    const passed = now - this.syncedAt;
    if (passed <= 0) return;
    this.syncedAt = now;
    if (this.active) this.virtualTime += (passed * Math.min(this.seats, this.taken + this.wanted)) / this.active;
  }

  private leastLoaded(hand: readonly number[]): number {
    let best = hand[0]!;
    let least = Infinity;
    for (const index of hand) {
      const { waiting, executing } = this.all[index]!;
      const load = waiting.length + executing;
      if (load < least) [best, least] = [index, load];
      if (load === 0) break;
    }
    return best;
  }

  /** next is the index of the queue whose next request would be done first. */
  private next(): number {
    let best: Queue<T> | undefined;
    let bestAt = 0;
    for (let i = 1; i <= this.all.length; i++) {
      const at = (this.turn + i) % this.all.length;
      const queue = this.all[at]!;
      const oldest = queue.waiting[0];
      if (!oldest) continue;
      // A queue cannot save up: nothing starts before it was there.
      if (queue.nextR < oldest.arrivalR) queue.nextR = oldest.arrivalR;
      if (best && queue.nextR >= best.nextR) continue;
      [best, bestAt] = [queue, at];
    }
    return bestAt;
  }

  private grow(): void {
    while (this.all.length < (this.settings?.queues ?? 0)) this.all.push({ waiting: [], executing: 0, nextR: 0 });
  }
}
