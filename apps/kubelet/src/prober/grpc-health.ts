import grpc from '@grpc/grpc-js';

const SERVING = 1;
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** grpcHealth asks a server's grpc.health.v1 service; it resolves with undefined if that is SERVING, with why not otherwise. */
export function grpcHealth(
  host: string,
  port: number,
  service: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  return new Promise<string | undefined>(resolve => {
    client.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      encodeRequest,
      decodeStatus,
      service,
      { deadline: Date.now() + timeoutMs },
      (error, status) => resolve(error ? failure(error, service, address) : verdict(status ?? 0)),
    );
  }).finally(() => client.close());
}

/** encodeRequest is HealthCheckRequest { string service = 1 }. */
function encodeRequest(service: string): Buffer {
  const text = Buffer.from(service);
  return text.length ? Buffer.concat([Buffer.from([0x0a, text.length]), text]) : Buffer.alloc(0);
}

/** decodeStatus reads HealthCheckResponse { ServingStatus status = 1 }. */
function decodeStatus(message: Buffer): number {
  return message.length >= 2 && message[0] === 0x08 ? message[1]! : 0;
}

function verdict(status: number): string | undefined {
  return status === SERVING
    ? undefined
    : `service unhealthy (responded with ${JSON.stringify(STATUS_NAMES[status] ?? String(status))})`;
}

function failure(error: grpc.ServiceError, service: string, address: string): string {
  switch (error.code) {
    case grpc.status.UNIMPLEMENTED:
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.details}`;
    case grpc.status.DEADLINE_EXCEEDED:
      return `timeout: health rpc did not complete within the timeout`;
    case grpc.status.UNAVAILABLE:
      return `timeout: failed to connect service ${JSON.stringify(address)} within 1s: ${error.details}`;
    default:
      return `error: health rpc probe failed for ${JSON.stringify(service)}: ${error.details}`;
  }
}
