import type { autoscalingv2 } from '@navarch/api';
import { field, isPathSegmentName, parseQuantity, Path, type FieldError } from '@navarch/apimachinery';
import { each, invalidStruct, nonNegative, oneOf, requireText, type Release } from '../../../shared/errors';
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

/** validateAutoscaler checks a HorizontalPodAutoscaler. */
export function validateAutoscaler({ spec }: autoscalingv2.HorizontalPodAutoscaler, release: Release): FieldError[] {
  const {
    minReplicas = 1,
    maxReplicas = 0,
    scaleTargetRef,
    metrics = [],
    behavior,
  } = spec ?? ({} as autoscalingv2.HorizontalPodAutoscalerSpec);
  const errors: FieldError[] = [];
  if (minReplicas < 1)
    errors.push(field.invalid(SPEC.child('minReplicas'), minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(field.invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than 0'));
  if (maxReplicas < minReplicas)
    errors.push(
      field.invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than or equal to `minReplicas`'),
    );
  errors.push(...validateReference(scaleTargetRef, SPEC.child('scaleTargetRef')));
  metrics.forEach((metric, i) => errors.push(...validateMetric(metric, SPEC.child('metrics').index(i), release)));
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

function validateMetric(metric: autoscalingv2.MetricSpec, path: Path, release: Release): FieldError[] {
  const types = Object.keys(SOURCES);
  const at = path.child('type');
  if (!metric.type) return [field.required(at, 'must specify a metric source type')];
  const known = oneOf(at, metric.type, types);
  // An unknown type is reported by the list of types and by the choice of the source.
  if (known.length) return [...known, ...known];
  const wanted = SOURCES[metric.type as keyof typeof SOURCES];
  const others = Object.values(SOURCES).filter(name => name !== wanted && metric[name]);
  const errors = others.map(name => field.forbidden(path.child(name), 'must populate the given metric source only'));
  if (!metric[wanted])
    return [...errors, field.required(path.child(wanted), 'must populate information for the given metric source')];
  return [...errors, ...validateSource(metric, wanted, path.child(wanted), release)];
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
          ? requireText(path.child('container'), metric.containerResource!.container, 'must specify a container')
          : [];
      return [
        ...requireText(path.child('name'), source.name, 'must specify a resource name'),
        ...container,
        ...validateTarget(source.target, targetPath, release),
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
        ...validateTarget(target, targetPath, release),
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
        ...validateTarget(target, targetPath, release),
        ...(target?.value === undefined && target?.averageValue === undefined
          ? [field.required(targetPath.child('averageValue'), 'must set either a target value or averageValue')]
          : []),
      ];
    }
    case 'external': {
      const { metric: about, target } = metric.external!;
      return [
        ...validateIdentifier(about, path.child('metric')),
        ...validateTarget(target, targetPath, release),
        ...exactlyOne(target, 'averageValue', 'value', targetPath, 'a target value for metric', 'a per-pod target'),
      ];
    }
  }
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

function validateTarget(target: Target | undefined, path: Path, release: Release): FieldError[] {
  const at = path.child('type');
  const errors: FieldError[] = [];
  if (!target?.type) errors.push(field.required(at, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(target.type)) {
    errors.push(field.invalid(at, target.type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const name of ['value', 'averageValue'] as const) {
    const text = target?.[name];
    if (text !== undefined && parseQuantity(text).sign() <= 0) {
      errors.push(invalidStruct(path.child(name), text, goQuantity(text), 'must be positive', release));
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
  const errors = nonNegative(path.child('stabilizationWindowSeconds'), window);
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
