/** GONE is the reason of all departures: made once, since a reason of its own would cost a stack trace a request. */
const GONE = new Error('the client has gone');

/** Departure tells when a client has gone. Its signal is made only for those who ask: most requests are over before anybody does. */
export class Departure {
  private controller: AbortController | undefined;
  private gone = false;

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.gone) this.controller.abort(GONE);
    }
    return this.controller.signal;
  }

  /** onGone calls back when the client has gone, or at once if it has. */
  onGone(listener: () => void): void {
    if (this.gone) listener();
    else this.signal.addEventListener('abort', listener, { once: true });
  }

  abort(): void {
    this.gone = true;
    this.controller?.abort(GONE);
  }
}
