/** Turns lets costly work be done piece by piece: one after the other, and whatever else there is to do in between. */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  /** take resolves when it is the caller's turn, which lasts until he waits for something else. In the order of asking. */
  take(): Promise<void> {
    return (this.last = this.last.then(nextRound));
  }
}

/** nextRound resolves after whatever has arrived in the meantime was looked at. */
function nextRound(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
