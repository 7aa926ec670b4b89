import type { appsv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { invalidStruct, nonNegative, unsupportedStruct, type Release } from '../../../shared/errors';
import { goIntOrString } from '../../../shared/go-syntax';
import { goStruct } from '../../../shared/go-struct';
import {
  numberOf,
  validateNonNegativeIntOrPercent,
  validateNotMoreThan100Percent,
} from '../../../shared/int-or-percent';
import {
  validateMatch,
  validateSelector,
  validateSelectorForm,
  validateSelectorUnchanged,
  validateWorkloadTemplate,
} from '../shared/workload';

const SPEC = Path.at('spec');
const NONE = {} as appsv1.DeploymentSpec;

/** validateDeployment checks a Deployment. */
export function validateDeployment({ spec = NONE }: appsv1.Deployment, release: Release): FieldError[] {
  const malformed = validateSelectorForm(spec.selector);
  const template = malformed.length
    ? malformed
    : [
        ...validateMatch(spec.selector, spec.template),
        ...validateWorkloadTemplate(spec.template, 'ReplicaSet', (spec.replicas ?? 0) > 1, release),
      ];
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  const deadlinePath = SPEC.child('progressDeadlineSeconds');
  return [
    ...nonNegative(SPEC.child('replicas'), spec.replicas),
    ...validateSelector(spec.selector, 'deployment', release),
    ...template,
    ...validateStrategy(spec.strategy ?? {}, SPEC.child('strategy')),
    ...nonNegative(SPEC.child('minReadySeconds'), minReadySeconds),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit),
    ...(deadline === undefined ? [] : nonNegative(deadlinePath, deadline)),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [field.invalid(deadlinePath, deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function validateStrategy(strategy: appsv1.DeploymentStrategy, path: Path): FieldError[] {
  const at = path.child('rollingUpdate');
  switch (strategy.type) {
    case 'Recreate':
      return strategy.rollingUpdate
        ? [field.forbidden(at, "may not be specified when strategy `type` is 'Recreate'")]
        : [];
    case 'RollingUpdate':
      return strategy.rollingUpdate
        ? validateRolling(strategy.rollingUpdate, at)
        : [field.required(at, 'this should be defaulted and never be nil')];
    default: {
      const go = goStruct('apps.DeploymentStrategy', strategy);
      return [unsupportedStruct(path, go, ['Recreate', 'RollingUpdate'])];
    }
  }
}

function validateRolling(
  { maxUnavailable = 0, maxSurge = 0 }: appsv1.RollingUpdateDeployment,
  path: Path,
): FieldError[] {
  const at = path.child('maxUnavailable');
  const errors = [
    ...validateNonNegativeIntOrPercent(maxUnavailable, at),
    ...validateNonNegativeIntOrPercent(maxSurge, path.child('maxSurge')),
  ];
  if (numberOf(maxUnavailable) === 0 && numberOf(maxSurge) === 0) {
    errors.push(invalidStruct(at, goIntOrString(maxUnavailable), 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateNotMoreThan100Percent(maxUnavailable, at)];
}

/** validateDeploymentUpdate adds that the selector is fixed. */
export function validateDeploymentUpdate(
  deployment: appsv1.Deployment,
  old: appsv1.Deployment,
  release: Release,
): FieldError[] {
  return [
    ...validateDeployment(deployment, release),
    ...validateSelectorUnchanged(deployment.spec?.selector, old.spec?.selector),
  ];
}
