import type { batchv1 } from '@navarch/api';
import { field, foundIn, isDNS1123Label, Path, type FieldError } from '@navarch/apimachinery';
import { validateSelectorUnchanged } from '../../../apps/v1/shared/workload';
import { validateTemplate } from '../../../core/v1/pod/validation';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { validateDomainPath } from '../../../shared/domain-path';
import { goStruct } from '../../../shared/go-struct';
import { goLabelSelector, goStringMap } from '../../../shared/go-syntax';
import { readSelector, validateLabelSelector } from '../../../shared/label-validation';
import { validatePodFailurePolicy, validateSuccessPolicy } from './policies';
import { isPlainLabel, jobLabels } from './selector';

const SPEC = Path.at('spec');
const NONE = {} as batchv1.JobSpec;

/** validateJob checks a Job after its selector has been generated; `old` is what it was before a change. */
export function validateJob(job: batchv1.Job, release: Release, old?: batchv1.Job): FieldError[] {
  const { spec = NONE } = job;
  return [
    ...validateGenerated(job, release, old),
    ...validateJobSpec(spec, release),
    ...validateHostname(job, release),
  ];
}

/** HOSTNAMES is the first release that looks at what the pods of an indexed job will be called. */
const HOSTNAMES = 26;

/** The pods of an indexed job are called by the job's name and their index. */
function validateHostname({ metadata, spec = NONE }: batchv1.Job, { emulated }: Release): FieldError[] {
  if (emulated < HOSTNAMES || spec.completionMode !== 'Indexed' || !spec.completions || spec.completions < 0) return [];
  const name = metadata?.name ?? '';
  const last = `${name}-${spec.completions - 1}`;
  if (!isDNS1123Label(last).length) return [];
  const detail = `will not able to create pod with invalid DNS label: ${last}`;
  return [field.invalid(Path.at('metadata', 'name'), name, detail)];
}

function validateJobSpec(spec: batchv1.JobSpec, release: Release): FieldError[] {
  return [
    ...validateJobNumbers(spec, SPEC, release),
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
  const errors = foundIn(due, ([key, value]) => {
    const detail = `must be '${value}'`;
    if (labels?.[key] === undefined) return [field.required(at.key(key), detail)];
    return labels[key] === value ? [] : [invalidStruct(at.key(key), goStringMap(labels), detail)];
  });
  if (readSelector(spec.selector)?.matches(expected) !== false) return errors;
  const go = goLabelSelector(spec.selector);
  return [...errors, invalidStruct(SPEC.child('selector'), go, '`selector` not auto-generated')];
}

function validateSelector({ selector, template }: batchv1.JobSpec, release: Release): FieldError[] {
  const at = SPEC.child('selector');
  const errors = selector ? validateLabelSelector(selector, at, release) : [field.required(at)];
  const labels = template?.metadata?.labels;
  if (readSelector(selector)?.matches(labels ?? {}) !== false) return errors;
  const where = SPEC.child('template', 'metadata', 'labels');
  return [...errors, invalidStruct(where, goStringMap(labels), '`selector` does not match template `labels`')];
}

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
] as const;

/** validateJobNumbers checks the numbers and modes of a job's spec. */
export function validateJobNumbers(spec: batchv1.JobSpec, path: Path, release: Release): FieldError[] {
  const errors = foundIn(COUNTS, name => nonNegative(path.child(name), spec[name]));
  errors.push(
    ...nonNegative(path.child('backoffLimitPerIndex'), spec.backoffLimitPerIndex),
    ...nonNegative(path.child('maxFailedIndexes'), spec.maxFailedIndexes),
  );
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(field.required(path.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  if (spec.managedBy !== undefined) errors.push(...validateManager(spec.managedBy, path.child('managedBy'), release));
  if (spec.completionMode !== undefined)
    errors.push(...oneOf(path.child('completionMode'), spec.completionMode, ['NonIndexed', 'Indexed']));
  errors.push(...validateIndexing(spec, path));
  if (spec.podFailurePolicy) errors.push(...validatePodFailurePolicy(spec, path.child('podFailurePolicy')));
  if (spec.successPolicy) errors.push(...validateSuccessPolicy(spec, path.child('successPolicy'), release));
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

const MAX_MANAGER = 63;

function validateManager(name: string, path: Path, { emulated }: Release): FieldError[] {
  return [
    ...validateDomainPath(name, path),
    ...(name.length > MAX_MANAGER ? [field.tooLong(path, MAX_MANAGER, emulated)] : []),
  ];
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
  if (policy === 'Never') return errors;
  if (policy === 'OnFailure') {
    if (podFailurePolicy)
      errors.push(field.invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified'));
    return errors;
  }
  const values = ['OnFailure', 'Never'];
  if (policy && policy !== 'Always') return [...errors, field.notSupported(at, policy, values)];
  return [...errors, field.required(at, `valid values: ${values.map(v => JSON.stringify(v)).join(', ')}`)];
}

/** validateJobUpdate: selector, template and completions are fixed; a suspended job that never ran may get other scheduling directives. */
export function validateJobUpdate(job: batchv1.Job, old: batchv1.Job, release: Release): FieldError[] {
  const { spec = NONE } = job;
  const { spec: before = NONE } = old;
  const errors = validateJobSpec(spec, release);
  const elastic = release.emulated >= ELASTIC && spec.completionMode === 'Indexed';
  const fixed = (...names: (keyof batchv1.JobSpec)[]) =>
    names
      .filter(name => !semanticEqual(spec[name], before[name]))
      .map(name => invalidStruct(SPEC.child(name), shownField(name, spec[name]), IMMUTABLE));
  const mayMove = release.emulated >= MOVABLE && before.suspend && !old.status?.startTime;
  const template = (s: batchv1.JobSpec) => (mayMove ? withoutScheduling(s.template) : s.template);
  const moved = !semanticEqual(template(spec), template(before));
  return [
    ...errors,
    ...(elastic ? validateTandem(spec, before) : fixed('completions')),
    ...validateSelectorUnchanged(spec.selector, before.selector),
    ...(moved ? [invalidStruct(SPEC.child('template'), shownTemplate(spec, release), IMMUTABLE)] : []),
    ...fixed('completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'),
  ];
}

const POLICIES: Readonly<Record<string, string>> = {
  podFailurePolicy: 'batch.PodFailurePolicy',
  successPolicy: 'batch.SuccessPolicy',
};

/** shownField is a field of a job as messages show it. */
function shownField(name: string, value: unknown): string {
  if (value === undefined) return '"null"';
  return POLICIES[name] ? goStruct(POLICIES[name], value as object) : JSON.stringify(value);
}

/** MOVABLE is the first release in which the pods of a job that never ran may be sent elsewhere. */
const MOVABLE = 23;

const shownTemplate = ({ template }: batchv1.JobSpec, { emulated }: Release) =>
  goStruct('core.PodTemplateSpec', template, emulated);

/** ELASTIC is the first release in which an indexed job may grow and shrink. */
const ELASTIC = 27;

function validateTandem({ completions, parallelism }: batchv1.JobSpec, before: batchv1.JobSpec): FieldError[] {
  if (completions === undefined || completions === before.completions || completions === parallelism) return [];
  const detail = 'can only be modified in tandem with spec.parallelism';
  return [field.invalid(SPEC.child('completions'), completions, detail)];
}

function withoutScheduling(template: batchv1.JobSpec['template']) {
  const {
    nodeSelector: _n,
    affinity: { nodeAffinity: _a, ...affinity } = {},
    tolerations: _t,
    schedulingGates: _g,
    ...spec
  } = template.spec ?? { containers: [] };
  const rest = { ...spec, ...(Object.keys(affinity).length && { affinity }) };
  return { metadata: { ...template.metadata, labels: undefined, annotations: undefined }, spec: rest };
}
