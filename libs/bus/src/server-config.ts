import { natsPermissions, type NatsPermissions } from './permissions';

/** NatsUser is who may connect: a certificate's CN and organizations. */
export interface NatsUser {
  readonly identity: string;
  /** organizations are the O entries of the certificate's subject, in its order. */
  readonly organizations?: readonly string[];
  /** permissions are natsPermissions(identity) unless given. */
  readonly permissions?: NatsPermissions;
}

export interface NatsServerOptions {
  /** host is `0.0.0.0` unless given. */
  readonly host?: string;
  readonly port: number;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly users: readonly NatsUser[];
  readonly serverName?: string;
  /** monitorPort serves /varz and /healthz on 127.0.0.1; none unless given. */
  readonly monitorPort?: number;
  readonly pidFile?: string;
  /** maxPayload in bytes; 1 MiB unless given. */
  readonly maxPayload?: number;
  /** cluster joins several servers; routes as `nats-route://host:port`, with the same certificates. */
  readonly cluster?: {
    readonly name: string;
    readonly host?: string;
    readonly port: number;
    readonly routes: readonly string[];
  };
}

/**
 * natsServerConfig renders the configuration of a nats-server: TLS with client certificates only, each mapped by its subject
 * to a user with natsPermissions. A certificate without a user is refused. Every string is quoted, so no value can add settings.
 */
export function natsServerConfig(options: NatsServerOptions): string {
  const { tls } = options;
  const lines = [
    `host: ${quote(options.host ?? '0.0.0.0')}`,
    `port: ${options.port}`,
    ...(options.serverName ? [`server_name: ${quote(options.serverName)}`] : []),
    ...(options.monitorPort ? [`http: ${quote(`127.0.0.1:${options.monitorPort}`)}`] : []),
    ...(options.pidFile ? [`pid_file: ${quote(options.pidFile)}`] : []),
    `max_payload: ${options.maxPayload ?? 1024 * 1024}`,
    // Streams are cut by credit long before; this bounds what a stuck TCP connection may hold.
    'max_pending: 67108864',
    'write_deadline: "10s"',
    'ping_interval: "20s"',
    'ping_max: 3',
    `tls: {${tlsFiles(tls)}, verify_and_map: true, timeout: 5}`,
    'authorization: {',
    '  users: [',
    ...options.users.map(user => `    ${renderUser(user)}`),
    '  ]',
    '}',
  ];
  if (options.cluster) {
    const { name, host, port, routes } = options.cluster;
    const list = routes.map(quote).join(', ');
    lines.push(
      `cluster: {name: ${quote(name)}, host: ${quote(host ?? '0.0.0.0')}, port: ${port}, routes: [${list}], tls: {${tlsFiles(tls)}, verify: true, timeout: 5}}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/**
 * subjectName is the certificate's subject as nats-server compares it (RFC 2253 order of Go's pkix.Name: CN first, then O).
 * Characters that RFC 2253 reserves are escaped.
 */
export function subjectName(identity: string, organizations: readonly string[] = []): string {
  return [`CN=${escapeName(identity)}`, ...organizations.map(o => `O=${escapeName(o)}`)].join(',');
}

function renderUser({ identity, organizations, permissions = natsPermissions(identity) }: NatsUser): string {
  const list = (subjects: readonly string[]) => `[${subjects.map(quote).join(', ')}]`;
  const rules = `publish: {allow: ${list(permissions.publish)}}, subscribe: {allow: ${list(permissions.subscribe)}}`;
  return `{user: ${quote(subjectName(identity, organizations))}, permissions: {${rules}}}`;
}

const tlsFiles = (tls: NatsServerOptions['tls']) =>
  `cert_file: ${quote(tls.cert)}, key_file: ${quote(tls.key)}, ca_file: ${quote(tls.ca)}`;

const escapeName = (value: string) => value.replace(/[,+"\\<>;]/g, '\\$&').replace(/^[# ]| $/g, '\\$&');

function quote(value: string): string {
  if (/[\0-\x1f]/.test(value)) throw new Error(`a NATS setting has no control characters: ${JSON.stringify(value)}`);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
