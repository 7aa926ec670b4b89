import type { Demand } from './limits';

/** KEEP is how much of an older, higher demand is remembered from one period to the next. */
const KEEP = 0.977;

/** SeatDemand watches how many seats a level wants, executing and waiting, over time. A state machine; `now` is in seconds. */
export class SeatDemand {
  private value = 0;
  private high = 0;
  private smooth = 0;
  /** The integrals over the period of the demand and of its square give its average and its deviation. */
  private area = 0;
  private squares = 0;
  private begun: number;
  private at: number;

  constructor(now: number) {
    this.begun = this.at = now;
  }

  /** set notes the demand from now on. */
  set(value: number, now: number): void {
    this.integrate(now);
    this.value = value;
    if (value > this.high) this.high = value;
  }

  /** period ends the present period and answers what was wanted in it. */
  period(now: number): Demand {
    this.integrate(now);
    const length = now - this.begun;
    const average = length > 0 ? this.area / length : this.value;
    const variance = length > 0 ? Math.max(0, this.squares / length - average ** 2) : 0;
    const envelope = Math.min(this.high, average + Math.sqrt(variance));
    // It rises at once and falls slowly, so that a short pause does not give a level's seats away.
    this.smooth = Math.max(envelope, KEEP * this.smooth + (1 - KEEP) * envelope);
    const demand = { high: this.high, smooth: this.smooth };
    this.high = this.value;
    this.area = this.squares = 0;
    this.begun = now;
    return demand;
  }

  private integrate(now: number): void {
    const passed = now - this.at;
    if (passed <= 0) return;
    this.at = now;
    this.area += passed * this.value;
    this.squares += passed * this.value ** 2;
  }
}
