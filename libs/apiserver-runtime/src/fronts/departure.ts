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

  abort(): void {
    this.gone = true;
    this.controller?.abort(GONE);
  }
}
