/** Earlier is the definition that stood in the place of another, up to a release. */
interface Earlier {
  readonly until: number;
  readonly name: string;
  /** within is the package whose fields have it; any unless given. */
  readonly within?: string;
}

const CORE = 'io.k8s.api.core.v1';
const HANDLER = `${CORE}.Handler`;
const WEBHOOKS = 'io.k8s.api.admissionregistration';
const WEBHOOK_RULE = `${WEBHOOKS}.v1beta1.RuleWithOperations`;
const INGRESSES = ['io.k8s.api.extensions.v1beta1', 'io.k8s.api.networking.v1beta1', 'io.k8s.api.networking.v1'];

const EARLIER: ReadonlyMap<string, Earlier> = new Map([
  [`${CORE}.LifecycleHandler`, { until: 22, name: HANDLER }],
  [`${CORE}.VolumeResourceRequirements`, { until: 28, name: `${CORE}.ResourceRequirements` }],
  [`${WEBHOOKS}.v1.RuleWithOperations`, { until: 25, name: WEBHOOK_RULE, within: `${WEBHOOKS}.v1beta1.` }],
  ...INGRESSES.flatMap(group => [
    [`${group}.IngressLoadBalancerStatus`, { until: 25, name: `${CORE}.LoadBalancerStatus` }] as const,
    [`${group}.IngressClassParametersReference`, { until: 20, name: `${CORE}.TypedLocalObjectReference` }] as const,
  ]),
]);

/** CONTENT are earlier names of definitions, with today's. */
const CONTENT: ReadonlyMap<string, string> = new Map([
  [HANDLER, `${CORE}.LifecycleHandler`],
  [WEBHOOK_RULE, `${WEBHOOKS}.v1.RuleWithOperations`],
]);

/** typeIn is the type that a field of `owner` had in a release, by the one that it has today. */
export function typeIn(owner: string, type: string, emulated: number): string {
  const earlier = EARLIER.get(type);
  return earlier && emulated <= earlier.until && owner.startsWith(earlier.within ?? '') ? earlier.name : type;
}

/** contentOf is the definition that says what is in one, where its name is an earlier one. */
export function contentOf(name: string): string {
  return CONTENT.get(name) ?? name;
}
