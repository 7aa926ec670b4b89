import type { Field } from '@navarch/http2';

/** RpcError is a call that failed: etcd's answer, or that there was none. The message begins with code and name of the gRPC status. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(`${code} ${names[code] ?? 'UNKNOWN'}: ${message}`);
    this.name = 'RpcError';
  }
}

const names: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};
export const DEADLINE_EXCEEDED = 4;
export const UNAVAILABLE = 14;

/** statusOf reads gRPC's status, which comes in the trailers, or in the head of an answer that has nothing else; undefined if there is none. */
export function statusOf(fields: readonly Field[]): RpcError | 'ok' | undefined {
  const code = valueOf(fields, 'grpc-status');
  if (code === '0') return 'ok';
  if (code !== undefined) return new RpcError(Number(code), decodeMessage(valueOf(fields, 'grpc-message') ?? ''));
  const http = valueOf(fields, ':status');
  return http === undefined || http === '200' ? undefined : new RpcError(UNAVAILABLE, `the answer is HTTP ${http}`);
}

function valueOf(fields: readonly Field[], name: string): string | undefined {
  for (const field of fields) if (field.name === name) return field.value;
  return undefined;
}

/** decodeMessage undoes the percent-encoding of grpc-message. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
