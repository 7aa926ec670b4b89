import type { batchv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { validateSelectorUnchanged } from '../../../apps/v1/shared/workload';
import { goTemplate } from '../../../core/v1/pod/go-template';
import { validateTemplate } from '../../../core/v1/pod/validation';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { goLabelSelector, goStringMap } from '../../../shared/go-syntax';
import { readSelector, validateLabelSelector } from '../../../shared/label-validation';
import { validatePodFailurePolicy, validateSuccessPolicy } from './policies';
import { isPlainLabel, jobLabels } from './selector';

const SPEC = Path.at('spec');
const NONE = {} as batchv1.JobSpec;

/** validateJob checks a Job after its selector has been generated; `old` is what it was before a change. */
export function validateJob(job: batchv1.Job, release: Release, old?: batchv1.Job): FieldError[] {
  const { spec = NONE } = job;
  return [...validateGenerated(job, release, old), ...validateJobSpec(spec, release)];
}

function validateJobSpec(spec: batchv1.JobSpec, release: Release): FieldError[] {
  return [
    ...validateJobNumbers(spec, SPEC),
    ...validateJobTemplate(spec, SPEC, release),
    ...validateSelector(spec, release),
  ];
}

/** Unless the client says that it chooses the selector itself, the pods have the labels by which the generated one finds them. */
function validateGenerated(job: batchv1.Job, release: Release, old: batchv1.Job | undefined): FieldError[] {
  const { spec = NONE } = job;
  if (spec.manualSelector || !spec.selector) return [];
  const expected = jobLabels(job, release.emulated);
  const labels = spec.template?.metadata?.labels;
  const before = old?.spec?.template?.metadata?.labels;
  // Jobs of releases that knew fewer labels stay as they are.
  const due = Object.entries(expected).filter(([key]) => isPlainLabel(key) || !before || key in before);
  const at = SPEC.child('template', 'metadata', 'labels');
  const errors = due.flatMap(([key, value]) => {
    const detail = `must be '${value}'`;
    if (labels?.[key] === undefined) return [field.required(at.key(key), detail)];
    return labels[key] === value ? [] : [invalidStruct(at.key(key), labels, goStringMap(labels), detail, release)];
  });
  if (readSelector(spec.selector)?.matches(expected) !== false) return errors;
  const go = goLabelSelector(spec.selector);
  return [
    ...errors,
    invalidStruct(SPEC.child('selector'), spec.selector, go, '`selector` not auto-generated', release),
  ];
}

function validateSelector({ selector, template }: batchv1.JobSpec, release: Release): FieldError[] {
  const at = SPEC.child('selector');
  const errors = selector ? validateLabelSelector(selector, at, release) : [field.required(at)];
  const labels = template?.metadata?.labels;
  if (readSelector(selector)?.matches(labels ?? {}) !== false) return errors;
  const where = SPEC.child('template', 'metadata', 'labels');
  return [
    ...errors,
    invalidStruct(where, labels ?? null, goStringMap(labels), '`selector` does not match template `labels`', release),
  ];
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
] as const;

/** validateJobNumbers checks the numbers and modes of a job's spec. */
export function validateJobNumbers(spec: batchv1.JobSpec, path: Path): FieldError[] {
  const errors = COUNTS.flatMap(name => nonNegative(path.child(name), spec[name]));
  errors.push(
    ...nonNegative(path.child('backoffLimitPerIndex'), spec.backoffLimitPerIndex),
    ...nonNegative(path.child('maxFailedIndexes'), spec.maxFailedIndexes),
  );
  if (spec.completionMode !== undefined)
    errors.push(...oneOf(path.child('completionMode'), spec.completionMode, ['NonIndexed', 'Indexed']));
  errors.push(...validateIndexing(spec, path));
  if (spec.podFailurePolicy) errors.push(...validatePodFailurePolicy(spec, path.child('podFailurePolicy')));
  if (spec.successPolicy) errors.push(...validateSuccessPolicy(spec, path.child('successPolicy')));
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

const MANY = 100_000;
/** FEWER bounds pods at once, and indexes that may fail, of jobs with more than MANY completions. */
const FEWER = 10_000;

/** What a job says of its indexes has to go with how many there are. */
function validateIndexing(spec: batchv1.JobSpec, path: Path): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes: mayFail, backoffLimitPerIndex } = spec;
  const errors: FieldError[] = [];
  const atMost = (name: 'parallelism' | 'maxFailedIndexes', max: number, what: string) => {
    const value = spec[name] ?? 0;
    if (value > max) errors.push(field.invalid(path.child(name), value, `must be less than or equal to ${what}`));
  };
  if (mayFail !== undefined && backoffLimitPerIndex === undefined)
    errors.push(field.required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  if (spec.completionMode !== 'Indexed') {
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[name] !== undefined)
        errors.push(field.invalid(path.child(name), spec[name], 'requires indexed completion mode'));
    }
    return errors;
  }
  if (completions === undefined)
    errors.push(field.required(path.child('completions'), 'when completion mode is Indexed'));
  atMost('parallelism', MANY, `${MANY} when completion mode is Indexed`);
  if (completions !== undefined) atMost('maxFailedIndexes', completions, 'completions');
  atMost('maxFailedIndexes', MANY, String(MANY));
  if ((completions ?? 0) <= MANY || backoffLimitPerIndex === undefined) return errors;
  if (mayFail === undefined)
    errors.push(field.required(path.child('maxFailedIndexes'), `must be specified when completions is above ${MANY}`));
  const when = `${FEWER} when completions are above ${MANY} and used with backoff limit per index`;
  if (parallelism > FEWER) atMost('parallelism', FEWER, when);
  atMost('maxFailedIndexes', FEWER, when);
  return errors;
}

/** validateJobTemplate checks the pod template; pods of a job end, so they are not always restarted. */
export function validateJobTemplate(
  { template, podFailurePolicy }: batchv1.JobSpec,
  path: Path,
  release: Release,
): FieldError[] {
  const errors = validateTemplate(template ?? {}, path.child('template'), release);
  const policy = template?.spec?.restartPolicy;
  const at = path.child('template', 'spec', 'restartPolicy');
  if (podFailurePolicy && policy !== 'Never')
    errors.push(field.invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  if (policy === 'OnFailure' || policy === 'Never') return errors;
  const values = ['OnFailure', 'Never'];
  if (policy && policy !== 'Always') return [...errors, field.notSupported(at, policy, values)];
  return [...errors, field.required(at, `valid values: ${values.map(v => JSON.stringify(v)).join(', ')}`)];
}

/** validateJobUpdate: selector, template and completions are fixed; a suspended job that never ran may get other scheduling directives. */
export function validateJobUpdate(job: batchv1.Job, old: batchv1.Job, release: Release): FieldError[] {
  const { spec = NONE } = job;
  const { spec: before = NONE } = old;
  const errors = [...validateJob(job, release, old), ...validateJobSpec(spec, release)];
  const elastic = release.emulated >= 27 && spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  const fixed = (...names: (keyof batchv1.JobSpec)[]) =>
    names
      .filter(name => !semanticEqual(spec[name], before[name]))
      .map(name => field.invalid(SPEC.child(name), spec[name], IMMUTABLE));
  const mayMove = release.emulated >= 22 && before.suspend && !old.status?.startTime;
  const template = (s: batchv1.JobSpec) => (mayMove ? withoutScheduling(s.template) : s.template);
  const moved = !semanticEqual(template(spec), template(before));
  return [
    ...errors,
    ...(elastic ? [] : fixed('completions')),
    ...validateSelectorUnchanged(spec.selector, before.selector, release),
    ...(moved
      ? [invalidStruct(SPEC.child('template'), spec.template, goTemplate(spec.template, release), IMMUTABLE, release)]
      : []),
    ...fixed('completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'),
  ];
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
