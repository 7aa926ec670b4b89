import type { apiregistrationv1 } from '@navarch/api';
import { deepEqual, StatusError, type ApiResponse } from '@navarch/apimachinery';
import { textResponse, type RemoteApi, type RequestContext, type UpgradeHandler } from '@navarch/apiserver-runtime';
import { describe } from '@navarch/base';
import { goError } from '../outbound/go-error';
import { relay } from '../kubelet/stream-body';
import { endToEnd } from '../proxy/headers';
import { askBackend } from '../proxy/ask-backend';
import { passedBody } from '../proxy/passed-body';
import { passUpgrade } from '../proxy/upgrade';
import { isAvailable, type Availability } from './api-service';
import { PASSED, unavailable } from './availability';
import { withIdentity } from './identity-headers';
import { RemoteConnection, type ConnectionParts, type Outgoing, type Target } from './remote-connection';
import { AGGREGATOR, readOpenApiV3Hash, readResources, readSwagger, type SwaggerSource } from './remote-documents';

type APIService = apiregistrationv1.APIService;

/** A check asks the service several times at once: one backend that answers is enough. */
const ATTEMPTS = 5;
const CHECK_TIMEOUT_MS = 6_000;

/** Changes says what a look at the other server changed. */
export interface Changes {
  readonly discovery: boolean;
  readonly openApi: boolean;
}

/** ProxiedApi is the group version behind one APIService: it passes requests on, and keeps what discovery and OpenAPI show of it. */
export class ProxiedApi implements RemoteApi {
  readonly group: string;
  readonly version: string;
  readonly connection: RemoteConnection;
  resources: readonly object[] = [];
  isCurrent = false;
  openApiV3Hash: string | undefined;
  private swagger: SwaggerSource | undefined;

  constructor(
    /** apiService is replaced as it changes; the spec stays as long as this object does. */
    public apiService: APIService,
    parts: ConnectionParts,
  ) {
    const { group = '', version = '' } = apiService.spec ?? {};
    this.group = group;
    this.version = version;
    this.connection = new RemoteConnection(apiService.spec!, parts);
  }

  get openApiV2() {
    return this.swagger?.document;
  }

  async handle(context: RequestContext): Promise<ApiResponse> {
    const target = await this.target();
    if (!target) return serviceUnavailable();
    const { request, user } = context;
    const body = await passedBody(request);
    const outgoing: Outgoing = {
      method: request.method,
      path: request.query ? `${request.path}?${request.query}` : request.path,
      headers: {
        ...withIdentity(endToEnd(request.headers), user),
        ...(request.remoteAddress && { 'x-forwarded-for': request.remoteAddress }),
        ...body.headers,
      },
    };
    try {
      return relay(await askBackend(() => this.connection.open(target, outgoing), body, request.signal));
    } catch (error) {
      const reason = goError(error as Error, target);
      return plainText(503, `error trying to reach service: ${reason}`);
    }
  }

  readonly upgrade: UpgradeHandler = async (context, connection) => {
    const target = await this.target();
    if (!target) throw new StatusError(503, 'ServiceUnavailable', 'service unavailable');
    const { method = 'GET', url: path = '/' } = connection.head;
    await passUpgrade(
      headers => this.connection.open(target, { method, path, headers: withIdentity(headers, context.user) }, true),
      connection,
    );
  };

  /** check asks the server whether it serves the group version. The words are upstream's. */
  async check(): Promise<Availability> {
    try {
      await Promise.any(Array.from({ length: ATTEMPTS }, () => this.attempt()));
      return PASSED;
    } catch (error) {
      const last = error instanceof AggregateError ? (error.errors.at(-1) as unknown) : error;
      return unavailable('FailedDiscoveryCheck', describe(last));
    }
  }

  /** refresh reads what discovery and OpenAPI show of the server. It rejects if the resources cannot be read. */
  async refresh(): Promise<Changes> {
    const { connection, group, version } = this;
    const target = await connection.resolve();
    const resources = await readResources(connection, target, group, version);
    const swagger = await readSwagger(connection, target, this.swagger).catch(() => this.swagger);
    const hash = await readOpenApiV3Hash(connection, target, group, version).catch(() => this.openApiV3Hash);
    const changes = {
      discovery: !this.isCurrent || !deepEqual(resources, this.resources),
      openApi: swagger !== this.swagger || hash !== this.openApiV3Hash,
    };
    Object.assign(this, { resources, isCurrent: true, swagger, openApiV3Hash: hash });
    return changes;
  }

  /** goStale keeps what is known, and says that it may be old; true if that is news. */
  goStale(): boolean {
    const was = this.isCurrent;
    this.isCurrent = false;
    return was;
  }

  private async attempt(): Promise<void> {
    const path = `/apis/${this.group}/${this.version}`;
    const target = await this.connection.resolve();
    const url = `https://${target.host}:${target.port}${path}`;
    const problem = (what: string) => new Error(`failing or missing response from ${url}: ${what}`);
    const { status } = await this.connection
      .fetch(target, path, AGGREGATOR, { accept: 'application/json' }, CHECK_TIMEOUT_MS)
      .catch((error: unknown) => {
        throw problem(describe(error));
      });
    if (status < 200 || status >= 300) throw problem(`bad status from ${url}: ${status}`);
  }

  private async target(): Promise<Target | undefined> {
    if (!isAvailable(this.apiService)) return undefined;
    return this.connection.resolve().catch(() => undefined);
  }
}

const plainText = (status: number, message: string): ApiResponse =>
  textResponse(status, `${message}\n`, { 'x-content-type-options': 'nosniff' });

const serviceUnavailable = (): ApiResponse => plainText(503, 'service unavailable');
