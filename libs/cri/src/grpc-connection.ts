import grpc from '@grpc/grpc-js';
import type { LoadedProto } from './load-proto';
import { CriError } from './runtime';

/** MAX_MESSAGE bounds an answer: a node with hundreds of pods lists megabytes. */
const MAX_MESSAGE = 64 << 20;
const READY_TIMEOUT_MS = 2000;

/** GrpcConnection calls one service of a server behind a unix socket. */
export class GrpcConnection {
  private readonly client: grpc.Client;
  private readonly methods: grpc.ServiceDefinition;

  constructor(socket: string, proto: LoadedProto, service: string) {
    this.client = new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_MESSAGE,
      'grpc.max_send_message_length': MAX_MESSAGE,
      // A restarted runtime must be found again quickly: it is on the same machine.
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 1000,
    });
    this.methods = proto.definition[service] as grpc.ServiceDefinition;
  }

  /** call sends a unary request; it rejects with a CriError. */
  call<Answer>(method: string, request: object, timeoutMs: number): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = this.methods[method]!;
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        { deadline: Date.now() + timeoutMs },
        (error, answer) => (error ? reject(criError(error)) : resolve(answer as Answer)),
      );
    });
  }

  /**
   * stream sends a request at once, whose answers go on until signal aborts; iterating throws a CriError when the server breaks it.
   * It resolves when the connection stands and the request is on its way.
   */
  async stream<Answer>(method: string, request: object, signal: AbortSignal): Promise<AsyncIterable<Answer>> {
    await this.ready(signal);
    const { path, requestSerialize, responseDeserialize } = this.methods[method]!;
    const call = this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request);
    // Whoever iterates later is told of the failure then; until somebody does, it must not count as unhandled.
    call.on('error', () => undefined);
    return answersOf<Answer>(call, signal);
  }

  private ready(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      this.client.waitForReady(Date.now() + READY_TIMEOUT_MS, error =>
        error ? reject(new CriError('UNAVAILABLE', error.message)) : resolve(),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}

async function* answersOf<Answer>(
  call: grpc.ClientReadableStream<unknown>,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const cancel = () => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    for await (const answer of call) yield answer as Answer;
  } catch (error) {
    if (!signal.aborted) throw criError(error as grpc.ServiceError);
  } finally {
    signal.removeEventListener('abort', cancel);
    call.cancel();
  }
}

function criError(error: grpc.ServiceError): CriError {
  return new CriError(grpc.status[error.code] ?? 'UNKNOWN', error.details || error.message);
}
