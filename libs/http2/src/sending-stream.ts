/** SendingStream is a stream as far as what goes out on it is concerned. The Sender moves it on. */
export class SendingStream {
  /** id is 0 until the stream is opened. */
  id = 0;
  /** sendWindow may be negative, when the peer made it smaller. */
  sendWindow = 0;
  /** held are, from `next` on, the bytes that windows or the socket hold up, in order; `heldBytes` are how many. */
  held: Buffer[] = [];
  next = 0;
  heldBytes = 0;
  /** ending: nothing comes behind what is held. */
  ending = false;
  /** ended is whether everything that is to be sent was. */
  ended = false;
  /** waits is whether the Sender comes back to it; `queued`: as soon as the others let it, not only when its own window grows. */
  waits = false;
  queued = false;

  /** released is called when nothing is held any more; the stream may write again. */
  released(): void {
    // Whoever sends one body and nothing else does not mind.
  }
}
