import { internalError, isStream, type ApiResponse } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import type { AuditPlan, AuditSink, AuditStage } from '../options';
import type { AuditTrail, Exchange } from './exchange';

/**
 * beginAudit asks what is to be kept of a request, once it is known who asks for what; what is not kept costs nothing more. What it
 * answers has to be waited for; it rejects with a 500 StatusError for a request that must not go on unrecorded.
 */
export function beginAudit(sink: AuditSink, exchange: Exchange, clock: Clock): Promise<void> | undefined {
  const plan = sink.plan(exchange.info, exchange.user);
  if (!plan) return undefined;
  const trail = new Trail(sink, plan, exchange, clock);
  exchange.audit = trail;
  exchange.addHeaders({ 'audit-id': exchange.id });
  const kept = exchange.user && trail.received();
  return kept?.then(isKept => {
    if (!isKept) throw internalError(new Error('failed to store audit event'));
  });
}

/** Trail tells the sink of the stages of one request. */
class Trail implements AuditTrail {
  /** asker is who was authenticated, whoever he acts as later. */
  private readonly asker: Exchange['user'];
  private hasPanicked = false;

  constructor(
    private readonly sink: AuditSink,
    private readonly plan: AuditPlan,
    private readonly exchange: Exchange,
    private readonly clock: Clock,
  ) {
    this.asker = exchange.user;
  }

  get keepsBodies(): boolean {
    return this.plan.bodies;
  }

  received(): Promise<boolean> | undefined {
    return this.record('RequestReceived');
  }

  started(status: number): void {
    void this.record('ResponseStarted', status);
  }

  panicked(): void {
    this.hasPanicked = true;
  }

  completed(status: number, response?: ApiResponse): void {
    // Who could not be authenticated never got further than the start of a refusal.
    const last = this.asker ? 'ResponseComplete' : 'ResponseStarted';
    void this.record(this.hasPanicked ? 'Panic' : last, status, response && bytesOf(response));
  }

  private record(stage: AuditStage, status?: number, answer?: Buffer): Promise<boolean> | undefined {
    if (!this.plan.stages.has(stage)) return undefined;
    const { request, info, user, receivedMs, requestBody, annotations } = this.exchange;
    return this.sink.record({
      ...{ id: this.exchange.id, stage, plan: this.plan, info, status, annotations, receivedMs },
      stageMs: this.clock.now(),
      method: request.method,
      uri: request.query ? `${request.path}?${request.query}` : request.path,
      user: this.asker,
      impersonated: this.exchange.impersonator && user,
      remoteAddress: request.remoteAddress,
      forwardedFor: request.headers['x-forwarded-for'],
      userAgent: request.headers['user-agent'],
      requestBody: this.keepsBodies ? requestBody : undefined,
      responseBody: this.keepsBodies || (status ?? 0) >= 400 ? answer : undefined,
    });
  }
}

function bytesOf({ body }: ApiResponse): Buffer | undefined {
  if (isStream(body)) return undefined;
  return Buffer.isBuffer(body) ? body : Buffer.concat(body);
}
