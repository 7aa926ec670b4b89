import { isStream, type ApiResponse } from '@navarch/apimachinery';
import type { AuditSink } from '../options';
import type { Exchange } from './exchange';

/** audited hands a finished request to the audit sink. */
export function audited(sink: AuditSink, exchange: Exchange, response: ApiResponse, finishedMs: number): void {
  const { request, info, user, impersonator } = exchange;
  sink.record({
    info,
    method: request.method,
    uri: request.query ? `${request.path}?${request.query}` : request.path,
    user: impersonator ?? user,
    impersonated: impersonator && user,
    remoteAddress: request.remoteAddress,
    userAgent: request.headers['user-agent'],
    requestBody: exchange.requestBody,
    responseBody: exchange.keepsBodies ? bytesOf(response) : undefined,
    status: response.status,
    receivedMs: exchange.receivedMs,
    finishedMs,
    decision: exchange.decision,
    annotations: exchange.annotations,
  });
}

function bytesOf({ body }: ApiResponse): Buffer | undefined {
  if (isStream(body)) return undefined;
  return Buffer.isBuffer(body) ? body : Buffer.concat(body);
}
