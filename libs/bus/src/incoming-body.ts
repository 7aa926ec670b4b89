import { StatusError } from '@navarch/apimachinery';

/** IncomingBody gathers a request body that comes in numbered pieces, after the handler has asked for it. Bounded by its declared length. */
export class IncomingBody {
  private readonly parts: Buffer[] = [];
  private size = 0;
  private seq = 0;
  private settle: { resolve(body: Buffer): void; reject(error: Error): void } | undefined;
  private asked: Promise<Buffer> | undefined;

  constructor(
    private readonly length: number,
    private readonly askForRest: () => void,
  ) {}

  /** read asks the sender to go on and resolves with the whole; 413 if the declared length is past the limit. */
  read(limit: number): Promise<Buffer> {
    if (this.length > limit) return Promise.reject(tooLarge(limit));
    this.asked ??= new Promise<Buffer>((resolve, reject) => {
      this.settle = { resolve, reject };
      this.askForRest();
    });
    return this.asked;
  }

  /** piece takes the next one; a gap or too many bytes fail the request. */
  piece(seq: number, data: Buffer): void {
    if (!this.settle) return;
    this.size += data.length;
    if (seq !== ++this.seq || this.size > this.length)
      return this.fail(new StatusError(400, 'BadRequest', 'the request body came incomplete'));
    this.parts.push(data);
    if (this.size === this.length) {
      this.settle.resolve(Buffer.concat(this.parts, this.size));
      this.settle = undefined;
    }
  }

  fail(error: Error): void {
    this.settle?.reject(error);
    this.settle = undefined;
    this.parts.length = 0;
  }
}

/** tooLarge is the answer to a body past the limit. */
export function tooLarge(limit: number): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);
}
