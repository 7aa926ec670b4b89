import type { autoscalingv2 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Label,
  isPathSegmentName,
  parseQuantity,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import { validateContainerResourceName } from '../../../core/v1/pod/validation/resources';
import { each, invalidStruct, oneOf, requireText, type Release } from '../../../shared/errors';
import { goQuantity } from '../../../shared/go-quantity';

const SPEC = Path.at('spec');
const SOURCES = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;
type Target = autoscalingv2.MetricTarget;

/** validateAutoscaler checks a HorizontalPodAutoscaler, of which there are no replicas only if there were none before. */
export function validateAutoscaler(
  { spec }: autoscalingv2.HorizontalPodAutoscaler,
  release: Release,
  old?: autoscalingv2.HorizontalPodAutoscaler,
): FieldError[] {
  const {
    minReplicas = 1,
    maxReplicas = 0,
    scaleTargetRef,
    metrics = [],
    behavior,
  } = spec ?? ({} as autoscalingv2.HorizontalPodAutoscalerSpec);
  const errors: FieldError[] = [];
  const least = old?.spec?.minReplicas === 0 ? 0 : 1;
  if (minReplicas < least)
    errors.push(field.invalid(SPEC.child('minReplicas'), minReplicas, `must be greater than or equal to ${least}`));
  if (maxReplicas < 1) errors.push(field.invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than 0'));
  if (maxReplicas < minReplicas)
    errors.push(
      field.invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than or equal to `minReplicas`'),
    );
  errors.push(...validateReference(scaleTargetRef, SPEC.child('scaleTargetRef')));
  metrics.forEach((metric, i) => errors.push(...validateMetric(metric, SPEC.child('metrics').index(i), release)));
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    errors.push(
      field.forbidden(
        SPEC.child('metrics'),
        'must specify at least one Object or External metric to support scaling to zero replicas',
      ),
    );
  if (behavior) {
    errors.push(
      ...validateRules(behavior.scaleUp, SPEC.child('behavior', 'scaleUp')),
      ...validateRules(behavior.scaleDown, SPEC.child('behavior', 'scaleDown')),
    );
  }
  return errors;
}

function validateReference(reference: autoscalingv2.CrossVersionObjectReference | undefined, path: Path): FieldError[] {
  const part = (name: 'kind' | 'name') => {
    const text = reference?.[name];
    return text ? each(path.child(name), text, isPathSegmentName(text)) : [field.required(path.child(name))];
  };
  return [...part('kind'), ...part('name')];
}

/** CONTAINERS is the first release that measures single containers unless told not to. */
export const CONTAINERS = 27;
/** CHECKED is the order in which sources are looked at; of several only the first is. */
const CHECKED = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;

function validateMetric(metric: autoscalingv2.MetricSpec, path: Path, release: Release): FieldError[] {
  const at = path.child('type');
  // An unknown type is reported by the list of types and by the choice of the source.
  const known = oneOf(at, metric.type, Object.keys(SOURCES));
  const given = CHECKED.filter(name => metric[name]);
  const wanted = SOURCES[metric.type as keyof typeof SOURCES] as (typeof CHECKED)[number] | undefined;
  const others = given.length > 1 ? given.filter(name => name !== wanted) : [];
  return [
    ...requireText(at, metric.type, 'must specify a metric source type'),
    ...known,
    ...foundIn(given.slice(0, 1), name => validateSource(metric, name, path.child(name), release)),
    ...known,
    ...(wanted && !metric[wanted] ? [missingSource(wanted, path, release)] : []),
    ...others.map(name => field.forbidden(path.child(name), 'must populate the given metric source only')),
  ];
}

function missingSource(name: (typeof CHECKED)[number], path: Path, { emulated }: Release): FieldError {
  const gated = name === 'containerResource' && emulated < CONTAINERS;
  const hint = gated ? ' (only allowed when HPAContainerMetrics feature is enabled)' : '';
  return field.required(path.child(name), `must populate information for the given metric source${hint}`);
}

function validateSource(
  metric: autoscalingv2.MetricSpec,
  name: (typeof SOURCES)[keyof typeof SOURCES],
  path: Path,
  release: Release,
): FieldError[] {
  const targetPath = path.child('target');
  switch (name) {
    case 'resource':
    case 'containerResource': {
      const source = metric[name]!;
      const container =
        name === 'containerResource'
          ? validateContainer(metric.containerResource!.container, path.child('container'), release)
          : [];
      return [
        ...requireText(path.child('name'), source.name, 'must specify a resource name'),
        ...(name === 'containerResource' && source.name
          ? validateContainerResourceName(source.name, path.child('name'))
          : []),
        ...container,
        ...validateTarget(source.target, targetPath),
        ...exactlyOne(
          source.target,
          'averageUtilization',
          'averageValue',
          targetPath,
          'a target raw value',
          'a target utilization',
        ),
      ];
    }
    case 'pods': {
      const { metric: about, target } = metric.pods!;
      return [
        ...validateIdentifier(about, path.child('metric')),
        ...validateTarget(target, targetPath),
        ...(target?.averageValue === undefined
          ? [field.required(targetPath.child('averageValue'), 'must specify a positive target averageValue')]
          : []),
      ];
    }
    case 'object': {
      const { describedObject, metric: about, target } = metric.object!;
      return [
        ...validateReference(describedObject, path.child('describedObject')),
        ...validateIdentifier(about, path.child('metric')),
        ...validateTarget(target, targetPath),
        ...(target?.value === undefined && target?.averageValue === undefined
          ? [field.required(targetPath.child('averageValue'), 'must set either a target value or averageValue')]
          : []),
      ];
    }
    case 'external': {
      const { metric: about, target } = metric.external!;
      return [
        ...validateIdentifier(about, path.child('metric')),
        ...validateTarget(target, targetPath),
        ...exactlyOne(target, 'averageValue', 'value', targetPath, 'a target value for metric', 'a per-pod target'),
      ];
    }
  }
}

function validateContainer(name: string, path: Path, release: Release): FieldError[] {
  return name ? each(path, name, isDNS1123Label(name, release)) : [field.required(path, 'must specify a container')];
}

function exactlyOne(
  target: Target | undefined,
  first: keyof Target,
  second: keyof Target,
  path: Path,
  a: string,
  b: string,
): FieldError[] {
  const has = [first, second].map(name => target?.[name] !== undefined);
  if (!has[0] && !has[1]) return [field.required(path.child(first), `must set either ${a} or ${b}`)];
  return has[0] && has[1] ? [field.forbidden(path.child(second), `may not set both ${a} and ${b}`)] : [];
}

function validateIdentifier(identifier: autoscalingv2.MetricIdentifier | undefined, path: Path): FieldError[] {
  const at = path.child('name');
  return identifier?.name
    ? each(at, identifier.name, isPathSegmentName(identifier.name))
    : [field.required(at, 'must specify a metric name')];
}

function validateTarget(target: Target | undefined, path: Path): FieldError[] {
  const at = path.child('type');
  const errors: FieldError[] = [];
  const type = target?.type ?? '';
  if (!type) errors.push(field.required(at, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(field.invalid(at, type, 'must be either Utilization, Value, or AverageValue'));
  for (const name of ['value', 'averageValue'] as const) {
    const text = target?.[name];
    if (text !== undefined && parseQuantity(text).sign() <= 0) {
      errors.push(invalidStruct(path.child(name), goQuantity(text), 'must be positive'));
    }
  }
  if (target?.averageUtilization !== undefined && target.averageUtilization < 1) {
    errors.push(field.invalid(path.child('averageUtilization'), target.averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

function validateRules(rules: autoscalingv2.HPAScalingRules | undefined, path: Path): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  const errors: FieldError[] = [];
  if ((window ?? 0) < 0)
    errors.push(
      field.invalid(path.child('stabilizationWindowSeconds'), window, 'must be greater than or equal to zero'),
    );
  if ((window ?? 0) > 3600)
    errors.push(field.invalid(path.child('stabilizationWindowSeconds'), window, 'must be less than or equal to 3600'));
  if (selectPolicy !== undefined)
    errors.push(...oneOf(path.child('selectPolicy'), selectPolicy, ['Disabled', 'Max', 'Min']));
  const at = path.child('policies');
  if (!policies.length) errors.push(field.required(at, 'must specify at least one Policy'));
  policies.forEach(({ type, value = 0, periodSeconds = 0 }, i) => {
    const where = at.index(i);
    errors.push(...oneOf(where.child('type'), type, ['Percent', 'Pods']));
    if (value <= 0) errors.push(field.invalid(where.child('value'), value, 'must be greater than zero'));
    if (periodSeconds <= 0)
      errors.push(field.invalid(where.child('periodSeconds'), periodSeconds, 'must be greater than zero'));
    if (periodSeconds > 1800)
      errors.push(field.invalid(where.child('periodSeconds'), periodSeconds, 'must be less than or equal to 1800'));
  });
  return errors;
}
