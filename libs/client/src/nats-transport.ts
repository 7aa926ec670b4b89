import {
  BusError,
  createApiCaller,
  type ApiCaller,
  type Bus,
  type BusResponse,
  type CallerOptions,
} from '@navarch/bus';
import type { Transport, TransportRequest, TransportResponse } from './interfaces';
import { MAX_ANSWER, TransportError, failureOf, gather } from './transport-error';

/** NatsTransport asks the API over the cluster bus, as whoever the bus connection's certificate names. close leaves the bus open. */
export class NatsTransport implements Transport {
  private readonly caller: ApiCaller;

  constructor(bus: Bus, options: CallerOptions = {}) {
    this.caller = createApiCaller(bus, options);
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    const { status, headers, body } = await this.call(request);
    const whole = await gather(translated(body), MAX_ANSWER);
    request.signal?.throwIfAborted();
    if (status >= 400) throw failureOf(status, whole, headers);
    return { status, headers, body: whole };
  }

  async stream(request: TransportRequest): Promise<AsyncIterable<Buffer>> {
    const { status, headers, body } = await this.call(request);
    if (status >= 400) throw failureOf(status, await gather(translated(body), MAX_ANSWER), headers);
    return translated(body);
  }

  close(): Promise<void> {
    return this.caller.stop();
  }

  private async call(request: TransportRequest): Promise<BusResponse> {
    try {
      return await this.caller.call(request);
    } catch (error) {
      throw translate(error);
    }
  }
}

async function* translated(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    throw translate(error);
  }
}

const CODES = {
  disconnected: 'unavailable',
  'no responders': 'unavailable',
  timeout: 'timeout',
  lost: 'broken',
  cut: 'broken',
  closed: 'closed',
  protocol: 'broken',
} as const;

function translate(error: unknown): unknown {
  return error instanceof BusError ? new TransportError(CODES[error.code], error.message, { cause: error }) : error;
}
