import { readFileSync } from 'node:fs';

/** RecordedRequest is one request of kubectl as it was sent to a v1.20 server, with what that answered. */
export interface RecordedRequest {
  readonly method: string;
  /** path with its query; `{rv}`, `{n}` and `{token}` stand for what changes. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  /** body is JSON; a text stands for protobuf that was not kept. */
  readonly body?: object | string;
  readonly code: number;
  readonly responseType?: string;
  readonly upgrade?: unknown;
}

/** RecordedCommand is one command of one kubectl with its requests in order. */
export interface RecordedCommand {
  readonly command: string;
  readonly requests: readonly RecordedRequest[];
}

type Recording = { readonly command: string } & Readonly<
  Record<string, { readonly requests: RecordedRequest[] } | string>
>;

/** readCommands reads the commands of one kubectl version; protobuf bodies are those of the other version, in JSON, where it sent the same. */
export function readCommands(file: string, version: string, other: string): RecordedCommand[] {
  const { commands } = JSON.parse(readFileSync(file, 'utf8')) as { commands: Recording[] };
  const requestsOf = (recording: Recording, of: string) => {
    const entry = recording[of];
    return typeof entry === 'object' ? entry.requests : [];
  };
  return commands.map(recording => ({
    command: recording.command,
    requests: requestsOf(recording, version).map(request => {
      if (typeof request.body !== 'string') return request;
      const twin = requestsOf(recording, other).find(
        one => one.method === request.method && pathOf(one) === pathOf(request) && typeof one.body === 'object',
      );
      return { ...request, contentType: 'application/json', ...(twin?.body !== undefined && { body: twin.body }) };
    }),
  }));
}

const pathOf = ({ path }: RecordedRequest) => path.split('?')[0]!;

/** MADE_BY_CONTROLLERS are objects that only controllers make: those with names at random, endpoints, the CA's ConfigMap. */
const MADE_BY_CONTROLLERS =
  /\/(pods|replicasets)\/\w+-\w{5,}|\/namespaces\/o-kc\/endpoints\/|\/secrets\/default-token|\/configmaps\/kube-root-ca/;

/** isReplayable: connections, bodies that were not kept or that undo one state of an object, and what only controllers do, cannot be asked for again. */
export function isReplayable({ method, upgrade, body, path, code }: RecordedRequest): boolean {
  // The object waited for the garbage collector, which had come already.
  if (method === 'DELETE' && code === 404 && path.includes('/deployments/')) return false;
  const isKept = typeof body !== 'string' && !(Array.isArray(body) && body.length > 1);
  return upgrade === undefined && isKept && !MADE_BY_CONTROLLERS.test(path);
}

/** bodyOf is a request's body without what named one state of one object: its uid and resourceVersion. */
export function bodyOf({ body }: RecordedRequest): object | undefined {
  if (typeof body !== 'object' || !('metadata' in body)) return body as object | undefined;
  const { uid: _uid, resourceVersion: _version, ...metadata } = body.metadata as Record<string, unknown>;
  return { ...body, metadata };
}

/** SINCE_THEN are paths that v1.20 did not have and today's server has, with what it answers. */
const SINCE_THEN: readonly (readonly [path: RegExp, codes: Readonly<Record<string, number>>])[] = [
  [/^\/openapi\/v3/, { GET: 200 }],
  [/^\/apis\/discovery\.k8s\.io\/v1\//, { GET: 200 }],
  [/\/ephemeralcontainers\b/, { PATCH: 200 }],
  [/^\/apis\/authentication\.k8s\.io\/v1\/selfsubjectreviews/, { POST: 201 }],
  [/^\/apis\/batch\/v1(?:beta1)?\/.*\/cronjobs/, { POST: 201, GET: 200 }],
  [/^\/apis\/policy\/v1(?:beta1)?\/.*\/poddisruptionbudgets/, { POST: 201, GET: 200 }],
  [/^\/apis\/autoscaling\/v2\/.*\/horizontalpodautoscalers/, { POST: 201, GET: 200 }],
];

/** ENDED_SINCE are alpha versions that today's server has no more. */
const ENDED_SINCE = /^\/apis\/(?!rbac)[^/]+\/v\d+alpha\d+\?/;

/** expectedCode is what today's server answers to a request that v1.20 answered with the recorded code. */
export function expectedCode({ method, path, code }: RecordedRequest): number {
  // Whoever asked had the document already; we ask without its tag.
  if (code === 304) return 200;
  if (code === 200 && ENDED_SINCE.test(path)) return 404;
  if (code !== 404) return code;
  return SINCE_THEN.find(([known]) => known.test(path))?.[1][method] ?? 404;
}
