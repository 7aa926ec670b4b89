import type { batchv1 } from '@navarch/api';
import { field, Path, selectorFromLabelSelector, type FieldError } from '@navarch/apimachinery';
import { validateTemplate } from '../../../core/v1/pod/validation';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { goLabelSelector, goStringMap } from '../../../shared/go-syntax';
import { validateLabelSelector } from '../../../shared/label-validation';
import { jobLabels } from './selector';

const SPEC = Path.at('spec');
const NONE = {} as batchv1.JobSpec;

/** validateJob checks a Job after its selector has been generated. */
export function validateJob(job: batchv1.Job, release: Release): FieldError[] {
  const { spec = NONE } = job;
  return [...validateGenerated(job, release), ...validateJobSpec(spec, release)];
}

function validateJobSpec(spec: batchv1.JobSpec, release: Release): FieldError[] {
  return [
    ...validateJobNumbers(spec, SPEC, release),
    ...validateJobTemplate(spec, SPEC, release),
    ...validateSelector(spec, release),
  ];
}

function validateGenerated(job: batchv1.Job, release: Release): FieldError[] {
  const { spec = NONE } = job;
  if (spec.manualSelector || !spec.selector || validateLabelSelector(spec.selector, SPEC).length) return [];
  if (selectorFromLabelSelector(spec.selector).matches(jobLabels(job, release.emulated))) return [];
  return [
    invalidStruct(
      SPEC.child('selector'),
      spec.selector,
      goLabelSelector(spec.selector),
      '`selector` not auto-generated',
      release,
    ),
  ];
}

function validateSelector({ selector, template }: batchv1.JobSpec, release: Release): FieldError[] {
  const at = SPEC.child('selector');
  const errors = selector ? validateLabelSelector(selector, at) : [field.required(at)];
  if (selector && errors.length) return errors;
  const labels = template?.metadata?.labels;
  if (selectorFromLabelSelector(selector).matches(labels ?? {})) return errors;
  const where = SPEC.child('template', 'metadata', 'labels');
  return [
    ...errors,
    invalidStruct(where, labels ?? null, goStringMap(labels), '`selector` does not match template `labels`', release),
  ];
}

/** validateJobNumbers checks the numbers and modes of a job's spec. */
export function validateJobNumbers(spec: batchv1.JobSpec, path: Path, { emulated }: Release): FieldError[] {
  const errors = (['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit'] as const).flatMap(name =>
    nonNegative(path.child(name), spec[name]),
  );
  if (emulated >= 21) errors.push(...nonNegative(path.child('ttlSecondsAfterFinished'), spec.ttlSecondsAfterFinished));
  errors.push(
    ...nonNegative(path.child('backoffLimitPerIndex'), spec.backoffLimitPerIndex),
    ...nonNegative(path.child('maxFailedIndexes'), spec.maxFailedIndexes),
  );
  if (spec.completionMode !== undefined)
    errors.push(...oneOf(path.child('completionMode'), spec.completionMode, ['NonIndexed', 'Indexed']));
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    errors.push(field.required(path.child('completions'), 'when completion mode is Indexed'));
  }
  if (spec.podReplacementPolicy !== undefined) {
    errors.push(
      ...oneOf(
        path.child('podReplacementPolicy'),
        spec.podReplacementPolicy,
        spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
      ),
    );
  }
  return errors;
}

/** validateJobTemplate checks the pod template; pods of a job end, so they are not always restarted. */
export function validateJobTemplate({ template }: batchv1.JobSpec, path: Path, release: Release): FieldError[] {
  const errors = validateTemplate(template ?? {}, path.child('template'), release);
  const policy = template?.spec?.restartPolicy;
  if (policy === 'OnFailure' || policy === 'Never') return errors;
  const at = path.child('template', 'spec', 'restartPolicy');
  const values = ['OnFailure', 'Never'];
  if (release.emulated >= 25) return [...errors, field.notSupported(at, policy, values)];
  return [...errors, field.required(at, `valid values: ${values.map(v => JSON.stringify(v)).join(', ')}`)];
}

/** validateJobUpdate: selector, template and completions are fixed; a suspended job that never ran may get other scheduling directives. */
export function validateJobUpdate(job: batchv1.Job, old: batchv1.Job, release: Release): FieldError[] {
  const { spec = NONE } = job;
  const { spec: before = NONE } = old;
  const errors = [...validateJob(job, release), ...validateJobSpec(spec, release)];
  const elastic = release.emulated >= 27 && spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  const fixed: (keyof batchv1.JobSpec)[] = [
    ...(elastic ? [] : (['completions'] as const)),
    'selector',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ];
  for (const name of fixed) {
    if (!semanticEqual(spec[name], before[name])) errors.push(field.invalid(SPEC.child(name), spec[name], IMMUTABLE));
  }
  const mayMove = release.emulated >= 22 && before.suspend && !old.status?.startTime;
  const template = (s: batchv1.JobSpec) => (mayMove ? withoutScheduling(s.template) : s.template);
  if (!semanticEqual(template(spec), template(before)))
    errors.push(field.invalid(SPEC.child('template'), spec.template, IMMUTABLE));
  return errors;
}

function withoutScheduling(template: batchv1.JobSpec['template']) {
  const {
    nodeSelector: _n,
    affinity: _a,
    tolerations: _t,
    schedulingGates: _g,
    ...spec
  } = template.spec ?? { containers: [] };
  return { metadata: { ...template.metadata, labels: undefined, annotations: undefined }, spec };
}

/** validateJobStatus: no count is negative. */
export function validateJobStatus({ status = {} }: batchv1.Job): FieldError[] {
  return (['active', 'succeeded', 'failed'] as const).flatMap(name =>
    nonNegative(Path.at('status', name), status[name]),
  );
}
