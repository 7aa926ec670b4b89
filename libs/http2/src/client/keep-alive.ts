const PING_EVERY_MS = 30_000;
const PING_TIMEOUT_MS = 10_000;

/** KeepAlive finds a connection whose other end has vanished without a word. Its timers do not keep the process alive. */
export class KeepAlive {
  private readonly interval: NodeJS.Timeout;
  private late: NodeJS.Timeout | undefined;

  /** `ping` is to ask the peer, `vanished` is called when no answer came in time. */
  constructor(ping: () => void, vanished: () => void) {
    this.interval = setInterval(() => {
      this.late ??= setTimeout(() => this.check(vanished), PING_TIMEOUT_MS).unref();
      ping();
    }, PING_EVERY_MS).unref();
  }

  /** answered is to be called for the peer's answer. */
  answered(): void {
    clearTimeout(this.late);
    this.late = undefined;
  }

  /** stop ends the pings. */
  stop(): void {
    clearInterval(this.interval);
    this.answered();
  }

  private check(vanished: () => void): void {
    // A process that was stalled itself first reads what came meanwhile: immediates run behind the sockets.
    setImmediate(() => this.late && vanished());
  }
}
