import { fromSpecV2, fromStatusV2, toSpecV2, toStatusV2 } from './metrics-v2beta1';
import {
  behaviorAnnotation,
  readBehavior,
  readConditions,
  readList,
  roundTripAnnotations,
  writeList,
} from './annotations';

type Fields = Record<string, unknown>;

const {
  metrics: METRICS,
  currentMetrics: CURRENT_METRICS,
  conditions: CONDITIONS,
  behavior: BEHAVIOR,
} = roundTripAnnotations;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);
const child = (object: Fields, name: string): Fields => {
  const value = object[name];
  return isRecord(value) ? value : ((object[name] = {}) as Fields);
};

/** takeAnnotations removes what these versions keep in annotations, and answers it as text by name. */
function takeAnnotations(object: Fields): Readonly<Record<string, string | undefined>> {
  const metadata = child(object, 'metadata');
  const given = (metadata['annotations'] as Record<string, string> | undefined) ?? {};
  const names: readonly string[] = Object.values(roundTripAnnotations).filter(name => given[name] !== undefined);
  if (!names.length) return {};
  const rest = Object.entries(given).filter(([name]) => !names.includes(name));
  if (rest.length) metadata['annotations'] = Object.fromEntries(rest);
  else delete metadata['annotations'];
  return given;
}

function put(object: Fields, name: string, text: string | undefined): void {
  if (text === undefined) return;
  const metadata = child(object, 'metadata');
  metadata['annotations'] = { ...(metadata['annotations'] as Fields | undefined), [name]: text };
}

function takeBehavior(object: Fields, text: string | undefined): void {
  const behavior = readBehavior(text);
  if (behavior) child(object, 'spec')['behavior'] = behavior;
}

function putBehavior(object: Fields): void {
  const spec = child(object, 'spec');
  put(object, BEHAVIOR, behaviorAnnotation(spec['behavior'] as Fields | undefined));
  delete spec['behavior'];
}

/** fromV2beta1 brings an autoscaler of v2beta1 into the form of v2, in place. */
export function fromV2beta1(object: Fields): void {
  takeBehavior(object, takeAnnotations(object)[BEHAVIOR]);
  const { spec, status } = object;
  if (isRecord(spec) && spec['metrics'] !== undefined) spec['metrics'] = list(spec['metrics']).map(toSpecV2);
  if (isRecord(status) && status['currentMetrics'] !== undefined)
    status['currentMetrics'] = list(status['currentMetrics']).map(toStatusV2);
}

/** toV2beta1 is the way back. */
export function toV2beta1(object: Fields): void {
  takeAnnotations(object);
  putBehavior(object);
  const { spec, status } = object;
  if (isRecord(spec) && spec['metrics'] !== undefined) spec['metrics'] = list(spec['metrics']).map(fromSpecV2);
  if (isRecord(status) && Array.isArray(status['currentMetrics']))
    status['currentMetrics'] = list(status['currentMetrics']).map(fromStatusV2);
}

const isCpu = ({ type, resource }: Fields) => type === 'Resource' && isRecord(resource) && resource['name'] === 'cpu';
const utilization = (metric: Fields, part: 'target' | 'current'): unknown => {
  const amounts = isCpu(metric) ? (metric['resource'] as Fields)[part] : undefined;
  return isRecord(amounts) ? amounts['averageUtilization'] : undefined;
};

/** fromV1 brings an autoscaler of v1 into the form of v2, in place: what v1 has no fields for is in annotations. */
export function fromV1(object: Fields): void {
  const annotations = takeAnnotations(object);
  takeBehavior(object, annotations[BEHAVIOR]);
  const spec = child(object, 'spec');
  const metrics = (readList(annotations[METRICS], 'MetricSpec') ?? []).map(toSpecV2);
  const cpu = spec['targetCPUUtilizationPercentage'];
  delete spec['targetCPUUtilizationPercentage'];
  if (cpu !== undefined)
    metrics.push({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
    });
  if (metrics.length) spec['metrics'] = metrics;
  const { status } = object;
  const current = readList(annotations[CURRENT_METRICS], 'MetricStatus')?.map(toStatusV2);
  const conditions = readConditions(annotations[CONDITIONS]);
  if (!isRecord(status) && !current?.length && !conditions?.length) return;
  const target = child(object, 'status');
  const now = target['currentCPUUtilizationPercentage'];
  delete target['currentCPUUtilizationPercentage'];
  // The annotation says more than the field.
  if (current?.length) target['currentMetrics'] = current;
  else if (!current && now !== undefined)
    target['currentMetrics'] = [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: now } } }];
  if (conditions?.length) target['conditions'] = conditions;
}

/** toV1 is the way back. The utilization of the first metric of the CPU is the field of v1; there is no place for that of others. */
export function toV1(object: Fields): void {
  takeAnnotations(object);
  putBehavior(object);
  const spec = child(object, 'spec');
  const metrics = list(spec['metrics']);
  delete spec['metrics'];
  const cpu = metrics.find(isCpu);
  const percent = cpu && utilization(cpu, 'target');
  if (percent !== undefined) spec['targetCPUUtilizationPercentage'] = percent;
  const others = metrics.filter(metric => utilization(metric, 'target') === undefined);
  put(object, METRICS, writeList(others.map(fromSpecV2), 'MetricSpec'));
  const { status } = object;
  if (!isRecord(status)) return;
  const current = list(status['currentMetrics']);
  const now = current.map(metric => utilization(metric, 'current')).findLast(value => value !== undefined);
  if (now !== undefined) status['currentCPUUtilizationPercentage'] = now;
  put(object, CURRENT_METRICS, writeList(current.map(fromStatusV2), 'MetricStatus'));
  put(object, CONDITIONS, writeList(list(status['conditions']), 'HorizontalPodAutoscalerCondition'));
  delete status['currentMetrics'];
  delete status['conditions'];
}
