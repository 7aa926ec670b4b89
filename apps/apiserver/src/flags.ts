import { flag, type FlagSet, type FlagValues } from '@navarch/nest-host';
import { auditModeFlags } from './audit/mode-flags';
import { DEPRECATED_FLAGS } from './deprecated-flags';

/** FLAGS are the apiserver's, named as upstream names them. */
export const FLAGS = {
  'bind-address': flag.string('0.0.0.0', 'address to serve HTTPS on'),
  'secure-port': flag.int(6443, 'port to serve HTTPS on; 0 picks a free one'),
  'advertise-address': flag.string(
    '',
    'address that the cluster reaches this apiserver at; the first of this host unless given',
  ),
  'external-hostname': flag.string(
    '',
    'host that clients are told this apiserver has; the advertise address unless given',
  ),
  'tls-cert-file': flag.string('', 'server certificate'),
  'tls-private-key-file': flag.string('', "the server certificate's key"),
  'tls-sni-cert-key': flag.repeated(
    'CERT,KEY or CERT,KEY:NAME,...: a certificate for clients that ask for one of these names, which may begin with *. (those in the certificate unless given); may be repeated',
  ),
  'client-ca-file': flag.string(
    '',
    'CA whose client certificates are believed: the common name is the user, each organization a group',
  ),

  'etcd-servers': flag.strings(['http://127.0.0.1:2379'], 'URLs of the etcd servers'),
  'etcd-cafile': flag.string('', "CA that signed the etcd servers' certificates"),
  'etcd-certfile': flag.string('', 'client certificate for etcd'),
  'etcd-keyfile': flag.string('', "the client certificate's key"),
  'etcd-compaction-interval': flag.duration('5m', 'how often the history is compacted; 0 never'),
  'encryption-provider-config': flag.string(
    '',
    'EncryptionConfiguration file: what is encrypted at rest, and with which keys',
  ),
  'runtime-config': flag.strings(
    [],
    'which versions are served: GROUP/VERSION=BOOL, GROUP/VERSION/RESOURCE=BOOL, api/all, api/ga, api/beta, api/alpha; all unless given',
  ),
  'event-ttl': flag.duration('1h', 'how long Events are kept'),

  'nats-servers': flag.strings([], 'host:port of the NATS servers; none: requests come over HTTPS only'),
  'nats-ca-file': flag.string('', "CA that signed the NATS servers' certificates"),
  'nats-cert-file': flag.string('', 'client certificate for NATS'),
  'nats-key-file': flag.string('', "the client certificate's key"),

  'service-cluster-ip-range': flag.string('10.96.0.0/16', 'network that cluster IPs come from'),
  'service-node-port-range': flag.string('30000-32767', 'ports that node ports come from'),

  'kubernetes-service-node-port': flag.int(
    0,
    'port at which every node offers the Service kubernetes; 0: it has a cluster IP only',
  ),

  'service-account-issuer': flag.strings(
    ['https://kubernetes.default.svc.cluster.local'],
    'issuers of tokens that are believed; the first signs',
  ),
  'service-account-jwks-uri': flag.string('', 'where the key set is found from outside; this apiserver unless given'),
  'service-account-key-file': flag.strings(
    [],
    'public or private keys (PEM) that verify tokens; the signing key unless given',
  ),
  'service-account-signing-key-file': flag.string('', 'private key (PEM) that signs tokens'),
  'service-account-extend-token-expiration': flag.bool(
    true,
    'let the tokens that pods mount live a year, with a warning in their claims, for clients that do not read them again',
  ),
  'service-account-max-token-expiration': flag.duration('0', 'the longest life of a token; 0: as long as asked for'),
  'api-audiences': flag.strings([], 'audiences of tokens for this API; the issuer unless given'),

  'anonymous-auth': flag.bool(
    false,
    'let the authorizers decide on requests without credentials; they see health and version only unless set',
  ),
  'authentication-config': flag.string(
    '',
    'AuthenticationConfiguration file: JWT issuers, and where anonymous requests are let in; instead of --oidc-* and --anonymous-auth',
  ),
  'authentication-token-webhook-config-file': flag.string('', 'kubeconfig of a webhook that knows bearer tokens'),
  'authentication-token-webhook-version': flag.string('v1beta1', 'version of the TokenReviews it is sent: v1beta1, v1'),
  'authentication-token-webhook-cache-ttl': flag.duration('2m', "how long the webhook's answers are believed"),
  'oidc-issuer-url': flag.string('', 'https URL of the OpenID issuer whose tokens are believed'),
  'oidc-client-id': flag.string('', 'client that its tokens have to be for'),
  'oidc-ca-file': flag.string('', "CA of the OpenID server's certificate; the system's authorities unless given"),
  'oidc-username-claim': flag.string('sub', 'claim that names the user'),
  'oidc-username-prefix': flag.string(
    '',
    'what stands before user names: the issuer and # unless given, nothing for the claim email, - for nothing',
  ),
  'oidc-groups-claim': flag.string('', "claim that names the user's groups: a text or a list of texts"),
  'oidc-groups-prefix': flag.string('', 'what stands before group names'),
  'oidc-required-claim': flag.strings([], 'claims that tokens have to have, as key=value'),
  'oidc-signing-algs': flag.strings(['RS256'], 'algorithms that tokens may be signed with'),
  'token-auth-file': flag.string('', 'static tokens: CSV of token, user, uid, "groups"'),
  'enable-bootstrap-token-auth': flag.bool(true, 'believe bootstrap tokens (Secrets kube-system/bootstrap-token-*)'),
  'requestheader-client-ca-file': flag.string('', 'CA of front proxies, which may name users by header'),
  'requestheader-allowed-names': flag.strings(
    [],
    'common names of front proxies; none: all whose certificates that CA signed, unless it signs users too',
  ),
  'requestheader-username-headers': flag.strings(['X-Remote-User'], 'headers that name the user'),
  'requestheader-group-headers': flag.strings(['X-Remote-Group'], 'headers that name groups'),
  'requestheader-extra-headers-prefix': flag.strings(['X-Remote-Extra-'], 'prefixes of headers with extra information'),
  'proxy-client-cert-file': flag.string(
    '',
    'client certificate with which aggregated API servers and webhooks are called',
  ),
  'proxy-client-key-file': flag.string('', "the proxy client certificate's key"),

  'authorization-mode': flag.strings(
    ['Node', 'RBAC'],
    'authorizers in order: Node, RBAC, ABAC, Webhook, AlwaysAllow, AlwaysDeny',
  ),
  'authorization-config': flag.string(
    '',
    'AuthorizationConfiguration file: the authorizers in order, webhooks among them; instead of the other --authorization-*',
  ),
  'authorization-webhook-config-file': flag.string('', 'kubeconfig of the webhook that the mode Webhook asks'),
  'authorization-webhook-version': flag.string(
    'v1beta1',
    'version of the SubjectAccessReviews it is sent: v1beta1, v1',
  ),
  'authorization-webhook-cache-authorized-ttl': flag.duration(
    '5m',
    'how long it is believed that something is allowed',
  ),
  'authorization-webhook-cache-unauthorized-ttl': flag.duration('30s', 'how long it is believed that it is not'),
  'authorization-policy-file': flag.string('', 'ABAC policies: one JSON policy a line'),

  'kubelet-client-certificate': flag.string('', 'client certificate for kubelets'),
  'kubelet-client-key': flag.string('', "the kubelet client certificate's key"),
  'kubelet-certificate-authority': flag.string('', "CA of the kubelets' certificates; none: they are not checked"),
  'component-status-address': flag.string(
    '127.0.0.1',
    'address at which the scheduler and the controller manager answer /healthz, for the ComponentStatuses',
  ),
  'kubelet-preferred-address-types': flag.strings(
    ['InternalIP', 'ExternalIP', 'InternalDNS', 'ExternalDNS', 'Hostname'],
    'node addresses to reach kubelets at, best first',
  ),

  'enable-admission-plugins': flag.strings([], 'admission plugins to add to the default ones'),
  'admission-control-config-file': flag.string('', 'AdmissionConfiguration file: the configurations of plugins'),
  'disable-admission-plugins': flag.strings([], 'admission plugins to leave out'),
  'default-not-ready-toleration-seconds': flag.int(
    300,
    'seconds that pods stay on a node that is not ready, unless they say',
  ),
  'default-unreachable-toleration-seconds': flag.int(
    300,
    'seconds that pods stay on a node that nobody reaches, unless they say',
  ),

  'allow-privileged': flag.bool(false, 'take pods with privileged containers'),
  'enable-priority-and-fairness': flag.bool(
    true,
    'serve requests by FlowSchemas and PriorityLevelConfigurations, which share the sum of both bounds below',
  ),
  'max-requests-inflight': flag.int(400, 'reading requests served at a time; more wait or are answered 429'),
  'max-mutating-requests-inflight': flag.int(200, 'writing requests served at a time; more wait or are answered 429'),
  'tls-min-version': flag.string(
    '',
    'oldest version of TLS that is spoken: VersionTLS10, … VersionTLS13; 1.2 unless given',
  ),
  'tls-cipher-suites': flag.strings(
    [],
    'ciphers of TLS 1.2 that are spoken, by their IANA names; the usual ones unless given',
  ),
  'http2-max-streams-per-connection': flag.int(
    0,
    'requests that an HTTP/2 connection may have under way at a time; 0: 250',
  ),
  'goaway-chance': flag.string(
    '0',
    'how likely an HTTP/2 request makes its client connect anew, so that clients spread over several servers; up to 0.02',
  ),
  'cors-allowed-origins': flag.strings(
    [],
    'patterns of origins whose pages may read answers; one has to be found in the origin, so ^ and $ are wanted',
  ),
  'strict-transport-security-directives': flag.strings(
    [],
    'what browsers are told of coming by HTTPS only: max-age=SECONDS, includeSubDomains, preload',
  ),
  'delete-collection-workers': flag.int(1, 'objects of a collection that are deleted at a time'),
  'min-request-timeout': flag.int(1800, 'seconds that a watch without a timeout lasts at least'),
  'request-timeout': flag.duration('1m', 'bound of every request that is not long-running'),
  'enable-logs-handler': flag.bool(true, 'show the files below /var/log at /logs, to who may read that path'),
  'shutdown-delay-duration': flag.duration('0', 'how long /readyz fails before the server stops taking requests'),

  'audit-policy-file': flag.string('', 'audit policy (audit.k8s.io); who did what, without bodies, unless given'),
  'audit-log-path': flag.string('', 'file that audit events are appended to, one a line; - is standard output'),
  'audit-log-format': flag.string('json', 'how the log shows events: json, or legacy for text'),
  'audit-log-version': flag.string('audit.k8s.io/v1', 'version of the events in the log'),
  'audit-log-compress': flag.bool(false, 'compress audit logs that were put aside, by gzip'),
  'audit-log-maxsize': flag.int(0, 'megabytes after which the audit log is put aside; 0 never'),
  'audit-log-maxbackup': flag.int(0, 'how many audit logs that were put aside are kept; 0 all'),
  'audit-log-maxage': flag.int(0, 'days that audit logs that were put aside are kept; 0 for ever'),
  ...auditModeFlags('audit-log', { mode: 'blocking', maxSize: 1, maxWait: '0', throttle: false, qps: 0, burst: 0 }),
  'audit-webhook-config-file': flag.string('', 'kubeconfig of a webhook that audit events are posted to'),
  'audit-webhook-version': flag.string('audit.k8s.io/v1', 'version of the events that are posted'),
  'audit-webhook-initial-backoff': flag.duration('10s', 'how long a failed post waits before the next attempt'),
  ...auditModeFlags('audit-webhook', {
    ...{ mode: 'batch', maxSize: 400, maxWait: '30s', throttle: true, qps: 10, burst: 15 },
  }),

  ...DEPRECATED_FLAGS,
  'emulated-version': flag.string('1.33', 'release whose behaviour is served where releases differ'),
} satisfies FlagSet;

export type ApiServerFlags = FlagValues<typeof FLAGS>;
