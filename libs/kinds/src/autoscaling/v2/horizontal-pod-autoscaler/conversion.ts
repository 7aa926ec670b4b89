import { fromSpecV2, fromStatusV2, toSpecV2, toStatusV2 } from './metrics-v2beta1';

type Fields = Record<string, unknown>;

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const child = (object: Fields, name: string): Fields => {
  const value = object[name];
  return isRecord(value) ? value : ((object[name] = {}) as Fields);
};

/** recase renames the members of an object and everything in it; the behavior is kept in an annotation with names in upper case. */
function recase(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map(item => recase(item, rename));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rename(name), recase(item, rename)]));
}
const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** take removes an annotation and answers its JSON; undefined: it is not there, or no JSON. */
function take(object: Fields, key: string): unknown {
  const metadata = child(object, 'metadata');
  const { [key]: text, ...rest } = (metadata['annotations'] as Record<string, string> | undefined) ?? {};
  if (text === undefined) return undefined;
  if (Object.keys(rest).length) metadata['annotations'] = rest;
  else delete metadata['annotations'];
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function put(object: Fields, key: string, value: unknown): void {
  const metadata = child(object, 'metadata');
  metadata['annotations'] = { ...(metadata['annotations'] as Fields | undefined), [key]: JSON.stringify(value) };
}

function behaviorFromAnnotation(object: Fields): void {
  const behavior = take(object, BEHAVIOR);
  if (behavior !== undefined) child(object, 'spec')['behavior'] = recase(behavior, lower);
}

function behaviorToAnnotation(object: Fields): void {
  const spec = child(object, 'spec');
  if (spec['behavior'] !== undefined) {
    const { scaleUp, scaleDown } = spec['behavior'] as Fields;
    const ordered = (rules: unknown) => {
      const { stabilizationWindowSeconds = null, selectPolicy = null, policies = null } = isRecord(rules) ? rules : {};
      return isRecord(rules) ? { stabilizationWindowSeconds, selectPolicy, policies } : null;
    };
    put(object, BEHAVIOR, recase({ scaleUp: ordered(scaleUp), scaleDown: ordered(scaleDown) }, upper));
  }
  delete spec['behavior'];
}

/** fromV2beta1 brings an autoscaler of v2beta1 into the form of v2, in place. */
export function fromV2beta1(object: Fields): void {
  behaviorFromAnnotation(object);
  const { spec, status } = object;
  if (isRecord(spec) && spec['metrics'] !== undefined) spec['metrics'] = list(spec['metrics']).map(toSpecV2);
  if (isRecord(status) && status['currentMetrics'] !== undefined)
    status['currentMetrics'] = list(status['currentMetrics']).map(toStatusV2);
}

/** toV2beta1 is the way back. */
export function toV2beta1(object: Fields): void {
  behaviorToAnnotation(object);
  const { spec, status } = object;
  if (isRecord(spec) && spec['metrics'] !== undefined) spec['metrics'] = list(spec['metrics']).map(fromSpecV2);
  if (isRecord(status) && Array.isArray(status['currentMetrics']))
    status['currentMetrics'] = list(status['currentMetrics']).map(fromStatusV2);
}

const utilization = (metric: Fields, part: 'target' | 'current'): unknown => {
  const resource = metric['resource'];
  if (metric['type'] !== 'Resource' || !isRecord(resource) || resource['name'] !== 'cpu') return undefined;
  const amounts = resource[part];
  return isRecord(amounts) ? amounts['averageUtilization'] : undefined;
};

/** fromV1 brings an autoscaler of v1 into the form of v2, in place: what v1 has no fields for is in annotations. */
export function fromV1(object: Fields): void {
  behaviorFromAnnotation(object);
  const spec = child(object, 'spec');
  const metrics = list(take(object, METRICS)).map(toSpecV2);
  const cpu = spec['targetCPUUtilizationPercentage'];
  delete spec['targetCPUUtilizationPercentage'];
  if (cpu !== undefined)
    metrics.push({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
    });
  if (metrics.length) spec['metrics'] = metrics;
  const current = list(take(object, CURRENT_METRICS)).map(toStatusV2);
  const conditions = take(object, CONDITIONS);
  const { status } = object;
  if (!isRecord(status)) return;
  const now = status['currentCPUUtilizationPercentage'];
  delete status['currentCPUUtilizationPercentage'];
  if (now !== undefined && !current.some(m => utilization(m, 'current') !== undefined)) {
    current.push({ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: now } } });
  }
  if (current.length) status['currentMetrics'] = current;
  if (conditions !== undefined) status['conditions'] = conditions;
}

/** toV1 is the way back. The first CPU utilization is the field of v1. */
export function toV1(object: Fields): void {
  behaviorToAnnotation(object);
  const spec = child(object, 'spec');
  const metrics = list(spec['metrics']);
  delete spec['metrics'];
  const cpu = metrics.find(metric => utilization(metric, 'target') !== undefined);
  if (cpu) spec['targetCPUUtilizationPercentage'] = utilization(cpu, 'target');
  const others = metrics.filter(metric => utilization(metric, 'target') === undefined);
  if (others.length) put(object, METRICS, others.map(fromSpecV2));
  const { status } = object;
  if (!isRecord(status)) return;
  const current = list(status['currentMetrics']);
  const now = current.map(metric => utilization(metric, 'current')).find(value => value !== undefined);
  if (now !== undefined) status['currentCPUUtilizationPercentage'] = now;
  if (current.length) put(object, CURRENT_METRICS, current.map(fromStatusV2));
  if (list(status['conditions']).length) put(object, CONDITIONS, status['conditions']);
  delete status['currentMetrics'];
  delete status['conditions'];
}
