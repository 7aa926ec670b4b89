import type { appsv1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { invalidStruct, nonNegative, unsupportedStruct, type Release } from '../../../shared/errors';
import { goIntOrString, goLabelSelector } from '../../../shared/go-syntax';
import {
  numberOf,
  validateNonNegativeIntOrPercent,
  validateNotMoreThan100Percent,
} from '../../../shared/int-or-percent';
import { validateCollisions } from '../../../shared/replica-counts';
import { validateLabelSelector } from '../../../shared/label-validation';
import { goStruct } from '../../../shared/go-struct';
import {
  isEmptySelector,
  validateMatch,
  validateSelectorUnchanged,
  validateWorkloadTemplate,
} from '../shared/workload';

const SPEC = Path.at('spec');
/** SURGES is the first release in which a new pod may run beside the old one. */
export const SURGES = 21;

/** validateDaemonSet checks a DaemonSet. */
export function validateDaemonSet(
  { spec = {} as appsv1.DaemonSetSpec }: appsv1.DaemonSet,
  release: Release,
): FieldError[] {
  const selector = SPEC.child('selector');
  const errors = [
    ...validateLabelSelector(spec.selector, selector, release),
    ...validateMatch(spec.selector, spec.template),
  ];
  if (spec.selector && isEmptySelector(spec.selector)) {
    errors.push(invalidStruct(selector, goLabelSelector(spec.selector), 'empty selector is invalid for daemonset'));
  }
  return [
    ...errors,
    ...validateWorkloadTemplate(spec.template, 'DaemonSet', true, release),
    ...nonNegative(SPEC.child('minReadySeconds'), spec.minReadySeconds),
    ...validateUpdateStrategy(spec.updateStrategy ?? {}, SPEC.child('updateStrategy'), release),
    ...nonNegative(SPEC.child('revisionHistoryLimit'), spec.revisionHistoryLimit),
  ];
}

function validateUpdateStrategy(strategy: appsv1.DaemonSetUpdateStrategy, path: Path, release: Release): FieldError[] {
  if (strategy.type === 'OnDelete') return [];
  if (strategy.type === 'RollingUpdate') {
    const at = path.child('rollingUpdate');
    return strategy.rollingUpdate ? validateRolling(strategy.rollingUpdate, at, release) : [field.required(at)];
  }
  return [unsupportedStruct(path, goStruct('apps.DaemonSetUpdateStrategy', strategy), ['RollingUpdate', 'OnDelete'])];
}

function validateRolling(
  { maxUnavailable = 0, maxSurge = 0 }: appsv1.RollingUpdateDaemonSet,
  path: Path,
  release: Release,
): FieldError[] {
  const surges = release.emulated >= SURGES;
  const at = path.child('maxUnavailable');
  const surge = path.child('maxSurge');
  const errors = [
    ...validateNonNegativeIntOrPercent(maxUnavailable, at),
    ...validateNonNegativeIntOrPercent(maxSurge, surge),
    ...(surges ? validateNotMoreThan100Percent(maxUnavailable, at) : []),
    ...validateNotMoreThan100Percent(maxSurge, surge),
  ];
  const none = numberOf(maxUnavailable) === 0;
  if (none && numberOf(maxSurge) === 0) {
    errors.push(
      surges
        ? field.required(at, 'cannot be 0 when maxSurge is 0')
        : invalidStruct(at, goIntOrString(maxUnavailable), 'cannot be 0'),
    );
  } else if (!none && numberOf(maxSurge) !== 0) {
    errors.push(invalidStruct(surge, goIntOrString(maxSurge), 'may not be set when maxUnavailable is non-zero'));
  }
  return surges ? errors : [...errors, ...validateNotMoreThan100Percent(maxUnavailable, at)];
}

/** validateDaemonSetUpdate adds that the selector is fixed. */
export function validateDaemonSetUpdate(set: appsv1.DaemonSet, old: appsv1.DaemonSet, release: Release): FieldError[] {
  return [...validateDaemonSet(set, release), ...validateSelectorUnchanged(set.spec?.selector, old.spec?.selector)];
}

/** validateDaemonSetStatus: no number is negative. */
export function validateDaemonSetStatus(
  { status = {} as appsv1.DaemonSetStatus }: appsv1.DaemonSet,
  old: appsv1.DaemonSet,
): FieldError[] {
  const COUNTS = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ] as const;
  return [
    ...foundIn(COUNTS, name => nonNegative(Path.at('status', name), status[name])),
    ...validateCollisions(status, old.status),
  ];
}
