/** StartError is why a container does not start: `reason` and message are its waiting state. */
export class StartError extends Error {
  constructor(
    readonly reason: string,
    message: string,
    /** retryAfterMs is when trying again may help, if that is known. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}
