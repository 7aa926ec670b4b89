/** HookPart is the part of upstream's server that a hook belongs to; its innermost part lists those of `every` and `extensions` only. */
type HookPart = 'every' | 'extensions' | 'cluster' | 'aggregator';

/** Hook is a post-start hook of upstream. */
interface Hook {
  readonly name: string;
  readonly part: HookPart;
  /** since and until are the first and the last release that lists the hook. */
  readonly since?: number;
  readonly until?: number;
}

/** HOOKS are the post-start hooks in the order in which /readyz lists them. Health names them `poststarthook/NAME`. */
const HOOKS = [
  { name: 'start-kube-apiserver-admission-initializer', part: 'cluster', until: 30 },
  { name: 'start-apiserver-admission-initializer', part: 'cluster', since: 31 },
  { name: 'generic-apiserver-start-informers', part: 'every' },
  { name: 'priority-and-fairness-config-consumer', part: 'every' },
  { name: 'priority-and-fairness-filter', part: 'every' },
  { name: 'start-apiextensions-informers', part: 'extensions' },
  { name: 'start-apiextensions-controllers', part: 'extensions' },
  { name: 'crd-informer-synced', part: 'extensions' },
  { name: 'start-system-namespaces-controller', part: 'cluster', since: 28 },
  { name: 'bootstrap-controller', part: 'cluster' },
  { name: 'start-cluster-authentication-info-controller', part: 'cluster' },
  { name: 'start-service-ip-repair-controllers', part: 'cluster', since: 28 },
  { name: 'rbac/bootstrap-roles', part: 'cluster' },
  { name: 'scheduling/bootstrap-system-priority-classes', part: 'cluster' },
  { name: 'priority-and-fairness-config-producer', part: 'cluster' },
  { name: 'start-kubernetes-service-cidr-controller', part: 'cluster', since: 33 },
  { name: 'aggregator-reload-proxy-client-cert', part: 'aggregator' },
  { name: 'start-kube-aggregator-informers', part: 'aggregator' },
  { name: 'apiservice-status-available-controller', part: 'aggregator', until: 30 },
  { name: 'apiservice-status-local-available-controller', part: 'aggregator', since: 31 },
  { name: 'apiservice-status-remote-available-controller', part: 'aggregator', since: 31 },
  { name: 'apiservice-registration-controller', part: 'aggregator' },
  { name: 'apiservice-discovery-controller', part: 'aggregator', since: 26 },
  { name: 'kube-apiserver-autoregistration', part: 'aggregator' },
  { name: 'apiservice-openapi-controller', part: 'aggregator' },
  { name: 'apiservice-openapiv3-controller', part: 'aggregator', since: 24 },
] as const satisfies readonly Hook[];

export type HookName = (typeof HOOKS)[number]['name'];

const ROWS: ReadonlyMap<string, Hook> = new Map(HOOKS.map(hook => [hook.name, hook]));

const checkName = (hook: string) => `poststarthook/${hook}`;

/** hookCheck is the health check of a hook; undefined where the release does not have the hook. */
export function hookCheck(hook: HookName, release: number): string | undefined {
  const { since = 0, until = Infinity } = ROWS.get(hook)!;
  return release >= since && release <= until ? checkName(hook) : undefined;
}

/** CHECKS_FIRST and CHECKS_LAST stand before and behind the hooks. */
const CHECKS_FIRST = ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync'];
const CHECKS_LAST = ['autoregister-completion', 'shutdown'];

/** MOVED are the checks that releases up to 1.20 list elsewhere, each behind another one. */
const MOVED_UNTIL = 20;
const MOVED: readonly (readonly [check: string, behind: string])[] = [
  [checkName('start-cluster-authentication-info-controller'), checkName('priority-and-fairness-config-producer')],
  [checkName('apiservice-registration-controller'), checkName('start-kube-aggregator-informers')],
  ['autoregister-completion', checkName('kube-apiserver-autoregistration')],
];

/** byCheckOrder orders the names of health checks as a release lists them. */
export function byCheckOrder(emulated: number): (a: string, b: string) => number {
  const names = [...CHECKS_FIRST, ...HOOKS.map(({ name }) => checkName(name)), ...CHECKS_LAST];
  for (const [check, behind] of emulated <= MOVED_UNTIL ? MOVED : []) {
    names.splice(names.indexOf(check), 1);
    names.splice(names.indexOf(behind) + 1, 0, check);
  }
  const order = new Map(names.map((name, at) => [name, at]));
  return (a, b) => (order.get(a) ?? order.size) - (order.get(b) ?? order.size);
}

/** isOfExtensions tells whether upstream's innermost server, that of custom resources, has a health check too. */
export function isOfExtensions(check: string): boolean {
  const part = ROWS.get(check.replace(/^poststarthook\//, ''))?.part;
  return part ? part === 'every' || part === 'extensions' : check !== 'autoregister-completion';
}
