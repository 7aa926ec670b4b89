import type { ApiRequest, ApiResponse, UserInfo } from '@navarch/apimachinery';
import { merged } from '@navarch/base';
import { randomUUID } from 'node:crypto';
import type { AuthorizationAttributes, Authorizer, Decision, RequestContext, RequestInfo, Seat } from '../interfaces';
import { authorizeAll } from './authorizers';
import { Warnings } from './warnings';

const noQuery = new URLSearchParams();
/** ID is what a client may call a request: what goes into a log must not break its lines. */
const ID = /^[\x21-\x7e]{1,64}$/;

/** AuditTrail is told what becomes of a request. */
export interface AuditTrail {
  /** keepsBodies: the bodies of the request and its answer are wanted. */
  readonly keepsBodies: boolean;
  /** started: the head of an answer that goes on is out. */
  started(status: number): void;
  /** panicked: what comes is the answer to an error of our own. */
  panicked(): void;
  completed(status: number, response?: ApiResponse): void;
}

/** UNREADABLE is what makes a parameter count for nothing: a broken escape, or a semicolon. */
const UNREADABLE = /;|%(?![0-9a-f]{2})/i;

/** queryOf reads the parameters of a query. Those that cannot be read are left out, as the API has always done. */
export function queryOf(text: string): URLSearchParams {
  if (!UNREADABLE.test(text)) return new URLSearchParams(text);
  const readable = text.split('&').filter(parameter => !UNREADABLE.test(parameter));
  return new URLSearchParams(readable.join('&'));
}

/** Exchange is one request on its way through the chain: each step fills in what it finds out. */
export class Exchange implements RequestContext {
  readonly query: URLSearchParams;
  info!: RequestInfo;
  user!: UserInfo;
  /** impersonator is who asked, when `user` is somebody he acts as. */
  impersonator: UserInfo | undefined;
  /** audit tells of the request, where something of it is to be kept. */
  audit: AuditTrail | undefined;
  /** requestBody is kept for the audit record only. */
  requestBody: Buffer | undefined;
  /** served: the path leads to something that is there, so that metrics may name it. */
  served = false;
  /** waitedMs is how long it stood in a queue. */
  waitedMs = 0;
  warnings: Warnings | undefined;
  /** annotations go into the audit record. */
  annotations: Record<string, string> | undefined;
  /** headers go with the answer, whatever it is. */
  headers: Readonly<Record<string, string>> | undefined;
  private seat: Seat | undefined;
  private requestId: string | undefined;

  constructor(
    readonly request: ApiRequest,
    readonly receivedMs: number,
    private readonly authorizers: readonly Authorizer[],
  ) {
    this.query = request.query ? queryOf(request.query) : noQuery;
  }

  /** id tells the request from others, in answers and in the audit log; the client may choose it. */
  get id(): string {
    const given = this.request.headers['audit-id'];
    return (this.requestId ??= given && ID.test(given) ? given : randomUUID());
  }

  /** take holds the seat that the request was given, until releaseSeat. */
  take(seat: Seat | undefined): void {
    this.seat = seat;
    if (seat?.headers) this.addHeaders(seat.headers);
  }

  /** addHeaders adds to the headers of the answer, whatever it is. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.headers = this.headers ? merged(this.headers, headers) : headers;
  }

  /** releaseSeat lets somebody else be served: at the end of the request, or when a watch has begun. */
  releaseSeat(): void {
    this.seat?.release();
  }

  warn(text: string): void {
    (this.warnings ??= new Warnings()).add(text);
  }

  annotate(key: string, value: string): void {
    if (!this.audit) return;
    this.annotations ??= Object.create(null) as Record<string, string>;
    this.annotations[key] ??= value;
  }

  authorize(attributes: Omit<AuthorizationAttributes, 'user'>): Promise<Decision> {
    return authorizeAll(this.authorizers, { user: this.user, ...attributes });
  }

  /** body reads the request's body. */
  async body(limit: number): Promise<Buffer> {
    const body = await this.request.body(limit);
    if (this.audit?.keepsBodies) this.requestBody = body;
    return body;
  }
}
