import { StatusError, isStream, type ApiRequest, type ApiResponse, type ByteSink } from '@navarch/apimachinery';
import { merged, traced, type Clock, type Logger } from '@navarch/base';
import type { Authenticator, Authorizer, FlowControl } from '../interfaces';
import type { AuditSink } from '../options';
import { isLongRunning, requestInfo } from '../request-info';
import { respondFailure } from '../encoding/status';
import { PlainTextError, plainTextResponse, statusErrorOf, textResponse } from '../status-response';
import { authenticate } from './authentication';
import { authorize } from './authorization';
import { beginAudit } from './audit';
import { withDeadline, type Deadlines } from './deadline';
import { Exchange } from './exchange';
import { impersonate } from './impersonation';
import { OverloadError } from './flow-control';
import { metricVerb, scopeOf, type ServerMetrics } from './metrics';
import type { RequestLabels } from './request-metrics';

/** ChainParts are what the steps of the chain need. */
export interface ChainParts {
  readonly authenticators: readonly Authenticator[];
  readonly authorizers: readonly Authorizer[];
  readonly flow: FlowControl;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ServerMetrics;
  readonly audit: AuditSink | undefined;
  /** emulated is the release (20, 33) by which headers are read. */
  readonly emulated: number;
  /** namesRequests: every answer tells the request's id, as releases from 1.21 on do, whether it is audited or not. */
  readonly namesRequests: boolean;
  /** dispatch serves a request that may be served. */
  dispatch(exchange: Exchange): Promise<ApiResponse>;
}

/** Chain is the way of every request, in order: info, authentication, impersonation, flow control, authorization, audit, dispatch. */
export class Chain {
  /** active counts requests that have no complete answer yet, streams included. */
  active = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly parts: ChainParts) {
    const { current } = parts.flow;
    for (const kind of ['mutating', 'readOnly'] as const) {
      parts.metrics.inflight.set({ request_kind: kind }, 0);
    }
    Object.assign(parts.metrics.inflight, {
      collect: () => {
        parts.metrics.inflight.set({ request_kind: 'mutating' }, current.mutating);
        parts.metrics.inflight.set({ request_kind: 'readOnly' }, current.readOnly);
      },
    });
  }

  /** handle answers a request; it never rejects. */
  readonly handle = async (request: ApiRequest): Promise<ApiResponse> => {
    const exchange = new Exchange(request, this.parts.clock.now(), this.parts.authorizers);
    this.active++;
    let response: ApiResponse;
    try {
      await this.identify(exchange);
      response = await this.serve(exchange);
    } catch (error) {
      response = this.failure(exchange, error);
    }
    if (exchange.warnings) exchange.addHeaders({ warning: exchange.warnings.header() });
    if (exchange.headers) response = { ...response, headers: merged(response.headers, exchange.headers) };
    if (isStream(response.body)) return this.streaming(exchange, response, response.body);
    this.finish(exchange, response);
    return response;
  };

  /** identify finds out what is asked and by whom. Upgrades go this way too. */
  async identify(exchange: Exchange): Promise<void> {
    exchange.info = requestInfo(exchange.request.method, exchange.request.path, exchange.query);
    const { audit, authenticators, clock, namesRequests } = this.parts;
    if (namesRequests) exchange.addHeaders({ 'audit-id': exchange.id });
    let recorded: Promise<void> | undefined;
    try {
      await this.authenticated(exchange, authenticators);
    } finally {
      recorded = audit && beginAudit(audit, exchange, clock);
    }
    if (recorded) await recorded;
    const { authorizers, emulated } = this.parts;
    await impersonate(exchange, authorizers, emulated);
  }

  private async authenticated(exchange: Exchange, authenticators: readonly Authenticator[]): Promise<void> {
    const { identified } = this.parts.metrics;
    const begun = performance.now();
    try {
      await authenticate(exchange, authenticators);
    } catch (error) {
      identified.failed((performance.now() - begun) / 1000);
      throw error;
    }
    identified.succeeded(exchange.user.name, (performance.now() - begun) / 1000);
  }

  /** authorized lets the identified request pass, or throws 403. */
  authorized(exchange: Exchange): Promise<void> {
    return authorize(exchange, this.parts.authorizers);
  }

  /** drained resolves when nothing is in flight. */
  drained(): Promise<void> {
    return this.active === 0 ? Promise.resolve() : new Promise(resolve => this.idle.push(resolve));
  }

  private async serve(exchange: Exchange): Promise<ApiResponse> {
    const { parts } = this;
    const seat = parts.flow.enter(exchange);
    if (seat instanceof Promise) {
      const begun = parts.clock.now();
      exchange.take(await seat);
      exchange.waitedMs = parts.clock.now() - begun;
    } else exchange.take(seat);
    await this.authorized(exchange);
    const deadline = isLongRunning(exchange.info) ? undefined : parts.deadlines.of(exchange);
    const { verb, resource, namespace, path } = exchange.info;
    const begin = () =>
      traced(`apiserver ${verb} ${resource || path}`, { verb, resource, namespace }, () => parts.dispatch(exchange));
    return deadline ? withDeadline(begin, deadline, parts.clock) : begin();
  }

  private failure(exchange: Exchange, error: unknown): ApiResponse {
    if (error instanceof PlainTextError) {
      const { path, query } = exchange.request;
      return plainTextResponse(query ? `${path}?${query}` : path, error);
    }
    // A path with a broken escape is no request at all.
    if (error instanceof URIError) return textResponse(400, '400 Bad Request');
    // That a client has gone is no failure of ours.
    if (!(error instanceof StatusError) && error !== exchange.request.signal.reason) {
      this.parts.metrics.panics.inc({ component: 'apiserver' });
      exchange.audit?.panicked();
      this.parts.log.error('request failed', error, {
        method: exchange.request.method,
        path: exchange.request.path,
        ...(error instanceof Error && { stack: error.stack }),
      });
    } else if (error instanceof StatusError && (error.code === 429 || error.code === 504)) {
      this.parts.metrics.terminations.inc({
        verb: metricVerb(exchange.info),
        code: String(error.code),
        component: 'apiserver',
      });
    }
    if (error instanceof OverloadError) return overloaded(error);
    return respondFailure(exchange, statusErrorOf(error).toStatus());
  }

  private streaming(exchange: Exchange, response: ApiResponse, body: { start(sink: ByteSink): void }): ApiResponse {
    const labels = this.labels(exchange);
    this.parts.metrics.longRunning.inc(labels);
    exchange.audit?.started(response.status);
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      this.parts.metrics.longRunning.dec(labels);
      this.finish(exchange, response);
    };
    // A transport that gives up before it starts the body aborts the request.
    exchange.request.signal.addEventListener('abort', end, { once: true });
    const start = (sink: ByteSink) => {
      if (sink.closed.aborted) return end();
      sink.closed.addEventListener('abort', end, { once: true });
      body.start(sink);
    };
    return { ...response, body: { start } };
  }

  private labels({ info, served }: Exchange): RequestLabels {
    // Names that a client made up would each become a series of their own.
    const { group, version, resource, subresource } = info && served ? info : NOTHING_SERVED;
    const scope = info ? scopeOf(info) : '';
    return { verb: metricVerb(info), scope, component: 'apiserver', group, version, resource, subresource };
  }

  private finish(exchange: Exchange, response: ApiResponse): void {
    const { parts } = this;
    const bytes = sizeOf(response);
    const { request } = exchange;
    // Who does not read what he asked for keeps his seat, or he could ask for ever more.
    if (bytes && bytes > LONG_ANSWER && request.onAnswered) request.onAnswered(() => exchange.releaseSeat());
    else exchange.releaseSeat();
    const now = parts.clock.now();
    const labels = this.labels(exchange);
    const lasts = labels.verb === 'WATCH' || labels.verb === 'CONNECT';
    parts.metrics.requests.done(labels, {
      dryRun: exchange.query.get('dryRun') === 'All',
      code: response.status,
      seconds: lasts ? undefined : Math.max(0, now - exchange.receivedMs) / 1000,
      waitedSeconds: exchange.waitedMs / 1000,
      bytes,
    });
    exchange.audit?.completed(response.status, response);
    if (--this.active === 0) {
      const waiting = this.idle;
      this.idle = [];
      for (const resolve of waiting) resolve();
    }
  }
}

/** LONG_ANSWER is the length past which an answer may have to wait for its reader. */
const LONG_ANSWER = 64 * 1024;

const NOTHING_SERVED = { group: '', version: '', resource: '', subresource: '' };

/** sizeOf is the length of an answer; undefined for a stream. */
function sizeOf({ body }: ApiResponse): number | undefined {
  if (isStream(body)) return undefined;
  return Buffer.isBuffer(body) ? body.length : body.reduce((sum, part) => sum + part.length, 0);
}

/** overloaded is the answer to what finds no room: text, as upstream's filter writes it. */
function overloaded({ message, headers }: OverloadError): ApiResponse {
  return textResponse(429, `${message}\n`, { 'retry-after': '1', 'x-content-type-options': 'nosniff', ...headers });
}
