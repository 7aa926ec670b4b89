import { decodeTyped } from '@navarch/api';
import { escapeHtml } from '@navarch/apimachinery';

type Fields = Record<string, unknown>;
type Listed = 'MetricSpec' | 'MetricStatus' | 'HorizontalPodAutoscalerCondition';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';

/** roundTripAnnotations are those in which autoscaling/v1 (and v2beta1 the behavior) keeps what it has no fields for. */
export const roundTripAnnotations = {
  metrics: `${PREFIX}metrics`,
  currentMetrics: `${PREFIX}current-metrics`,
  conditions: `${PREFIX}conditions`,
  behavior: `${PREFIX}behavior`,
} as const;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** typed reads what a client may have written; undefined: it is no JSON, or of another form. */
function typed<T>(text: string | undefined, read: (value: unknown) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return read(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** readList reads an annotation that is a list of objects of autoscaling/v1; undefined: it says nothing. */
export function readList(text: string | undefined, kind: Listed): Fields[] | undefined {
  return typed(text, value => {
    if (value === null) return [];
    if (!Array.isArray(value)) throw new Error(`no list of ${kind}`);
    return value.map(item => decodeTyped(`io.k8s.api.autoscaling.v1.${kind}`, item ?? {}).object);
  });
}

/** readConditions reads the annotation of the conditions. */
export const readConditions = (text: string | undefined) => readList(text, 'HorizontalPodAutoscalerCondition');

/** writeList writes such an annotation; undefined: there is nothing to write. */
export function writeList(items: readonly Fields[], kind: Listed): string | undefined {
  if (!items.length) return undefined;
  return json(items.map(item => decodeTyped(`io.k8s.api.autoscaling.v1.${kind}`, item).object));
}

/** recase renames the members of an object and everything in it. */
function recase(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map(item => recase(item, rename));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [rename(name), recase(item, rename)]));
}
const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** readBehavior reads the annotation of the behavior, whose names are in upper case; undefined: it says nothing. */
export function readBehavior(text: string | undefined): Fields | undefined {
  const definition = 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior';
  const behavior = typed(text, value => decodeTyped(definition, recase(value ?? {}, lower)).object);
  return behavior && Object.keys(behavior).length ? behavior : undefined;
}

/** behaviorAnnotation is the text for a behavior: what it does not say is null there. */
export function behaviorAnnotation(behavior: Fields | undefined): string | undefined {
  if (behavior === undefined) return undefined;
  const ordered = (rules: unknown) => {
    const { stabilizationWindowSeconds = null, selectPolicy = null, policies = null } = isRecord(rules) ? rules : {};
    return isRecord(rules) ? { stabilizationWindowSeconds, selectPolicy, policies } : null;
  };
  return json(recase({ scaleUp: ordered(behavior['scaleUp']), scaleDown: ordered(behavior['scaleDown']) }, upper));
}

/** json is JSON as the API writes it into annotations: fit for a web page. */
const json = (value: unknown) => escapeHtml(JSON.stringify(value));
