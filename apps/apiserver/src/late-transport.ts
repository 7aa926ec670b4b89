import type { Transport, TransportRequest, TransportResponse } from '@navarch/client';

/**
 * LateTransport is a Transport whose other end comes later: admission and authorization read the API through a client, and
 * the API server is made of them. Using it before bind is a mistake in the wiring and throws.
 */
export class LateTransport implements Transport {
  private target: Transport | undefined;

  bind(target: Transport): void {
    this.target = target;
  }

  send(request: TransportRequest): Promise<TransportResponse> {
    return this.bound().send(request);
  }

  stream(request: TransportRequest): Promise<AsyncIterable<Buffer>> {
    return this.bound().stream(request);
  }

  close(): Promise<void> {
    return this.target?.close() ?? Promise.resolve();
  }

  private bound(): Transport {
    if (!this.target) throw new Error('the transport is not bound yet');
    return this.target;
  }
}
