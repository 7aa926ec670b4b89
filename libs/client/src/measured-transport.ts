import { StatusError } from '@navarch/apimachinery';
import { Counter, Histogram, systemClock, type Clock, type Registry } from '@navarch/base';
import type { Transport, TransportRequest, TransportResponse } from './interfaces';

/** MeasuredTransportOptions say where the requests of a transport are counted, and as whose. */
export interface MeasuredTransportOptions {
  readonly metrics: Registry;
  /** host is the server as metrics name it: `10.77.0.254:6443`, `nats`. */
  readonly host: string;
  readonly clock?: Clock;
}

/** BUCKETS are seconds, as clients of the API have always had them. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
/** NO_ANSWER is the code of a request that nobody answered. */
const NO_ANSWER = '<error>';

/**
 * MeasuredTransport counts the requests of a transport and times them up to their answer, or its head where that goes on, under
 * client-go's names. A registry takes the metrics of one transport.
 */
export class MeasuredTransport implements Transport {
  private readonly clock: Clock;
  private readonly host: string;
  private readonly requests: Counter;
  private readonly durations: Histogram;

  constructor(
    private readonly transport: Transport,
    { metrics, host, clock = systemClock }: MeasuredTransportOptions,
  ) {
    this.clock = clock;
    this.host = host;
    this.requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Number of HTTP requests, partitioned by status code, method, and host.',
      labelNames: ['code', 'host', 'method'],
      registers: [metrics],
    });
    this.durations = new Histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Request latency in seconds. Broken down by verb, and host.',
      labelNames: ['host', 'verb'],
      buckets: BUCKETS,
      registers: [metrics],
    });
  }

  send(request: TransportRequest): Promise<TransportResponse> {
    return this.measured(request, this.transport.send(request), ({ status }) => status);
  }

  stream(request: TransportRequest): Promise<AsyncIterable<Buffer>> {
    return this.measured(request, this.transport.stream(request), () => 200);
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  private async measured<T>(
    { method }: TransportRequest,
    answer: Promise<T>,
    statusOf: (answer: T) => number,
  ): Promise<T> {
    const { host, clock } = this;
    const begun = clock.now();
    let code = NO_ANSWER;
    try {
      const answered = await answer;
      code = String(statusOf(answered));
      return answered;
    } catch (error) {
      if (error instanceof StatusError) code = String(error.code);
      throw error;
    } finally {
      this.requests.inc({ code, host, method });
      this.durations.observe({ host, verb: method }, (clock.now() - begun) / 1000);
    }
  }
}
