import type { batchv1 } from '@navarch/api';
import { field, foundIn, isQualifiedName, type FieldError, type Path } from '@navarch/apimachinery';
import { each, invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { goStruct } from '../../../shared/go-struct';

const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_INDEXES_LENGTH = 64 * 1024;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

const isIndexed = ({ completionMode }: batchv1.JobSpec) => completionMode === 'Indexed';

/** choice: findings if the value is not one of these; an absent one is told what there is. */
function choice(path: Path, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value) return oneOf(path, value, supported);
  return [field.required(path, `valid values: [${supported.map(v => JSON.stringify(v)).join(' ')}]`)];
}

/** omitted is an Invalid without a value. */
export const omitted = (path: Path, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field: path.toString(),
  message: `Invalid value: ${detail}`,
});

/** validatePodFailurePolicy checks what a job does about failed pods. */
export function validatePodFailurePolicy(spec: batchv1.JobSpec, path: Path): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const at = path.child('rules');
  return [
    ...(rules.length > MAX_RULES ? [field.tooMany(at, rules.length, MAX_RULES)] : []),
    ...foundIn(rules, (rule, i) => validateFailureRule(spec, rule, at.index(i))),
  ];
}

function validateFailureRule(spec: batchv1.JobSpec, rule: batchv1.PodFailurePolicyRule, path: Path): FieldError[] {
  const { action, onExitCodes } = rule;
  const onPodConditions = rule.onPodConditions ?? [];
  const errors = choice(path.child('action'), action, ACTIONS);
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    errors.push(field.invalid(path.child('action'), action, 'requires the backoffLimitPerIndex to be set'));
  if (onExitCodes) errors.push(...validateExitCodes(spec, onExitCodes, path.child('onExitCodes')));
  const conditions = path.child('onPodConditions');
  if (onPodConditions.length > MAX_RULES) errors.push(field.tooMany(conditions, onPodConditions.length, MAX_RULES));
  onPodConditions.forEach(({ type, status }, i) => {
    const at = conditions.index(i);
    errors.push(
      ...each(at.child('type'), type, isQualifiedName(type)),
      ...choice(at.child('status'), status, STATUSES),
    );
  });
  if (onExitCodes && onPodConditions.length)
    errors.push(omitted(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!onExitCodes && !onPodConditions.length)
    errors.push(omitted(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return errors;
}

function validateExitCodes(
  { template }: batchv1.JobSpec,
  requirement: batchv1.PodFailurePolicyOnExitCodesRequirement,
  path: Path,
): FieldError[] {
  const { containerName, operator } = requirement;
  const values = requirement.values ?? [];
  const errors = choice(path.child('operator'), operator, OPERATORS);
  const containers = [...(template?.spec?.containers ?? []), ...(template?.spec?.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(c => c.name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(field.invalid(path.child('containerName'), containerName, detail));
  }
  const at = path.child('values');
  const go = values.length ? `[]int32{${values.join(', ')}}` : '[]int32(nil)';
  if (!values.length) errors.push(invalidStruct(at, go, 'at least one value is required'));
  else if (values.length > MAX_EXIT_CODES) errors.push(field.tooMany(at, values.length, MAX_EXIT_CODES));
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0)
      errors.push(field.invalid(at.index(i), value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < i) errors.push(field.duplicate(at.index(i), value));
  });
  if (values.some((value, i) => i > 0 && value < values[i - 1]!)) errors.push(invalidStruct(at, go, 'must be ordered'));
  return errors;
}

/** validateSuccessPolicy checks when an indexed job has succeeded before all of its pods have. */
export function validateSuccessPolicy(spec: batchv1.JobSpec, path: Path, release: Release): FieldError[] {
  if (!isIndexed(spec))
    return [
      invalidStruct(path, goStruct('batch.SuccessPolicy', spec.successPolicy), 'requires indexed completion mode'),
    ];
  const rules = spec.successPolicy?.rules ?? [];
  const at = path.child('rules');
  if (!rules.length)
    return [field.required(at, 'at least one rules must be specified when the successPolicy is specified')];
  return [
    ...(rules.length > MAX_RULES ? [field.tooMany(at, rules.length, MAX_RULES)] : []),
    ...foundIn(rules, (rule, i) => validateSuccessRule(rule, spec.completions ?? 0, at.index(i), release)),
  ];
}

function validateSuccessRule(
  rule: batchv1.SuccessPolicyRule,
  completions: number,
  path: Path,
  { emulated }: Release,
): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined)
    return [field.required(path, 'at least one of succeededCount or succeededIndexes must be specified')];
  const at = path.child('succeededCount');
  const where = path.child('succeededIndexes');
  const parsed = indexes === undefined ? undefined : countIndexes(indexes, completions);
  const errors: FieldError[] = [];
  if ((indexes ?? '').length > MAX_INDEXES_LENGTH) errors.push(field.tooLong(where, MAX_INDEXES_LENGTH, emulated));
  if (typeof parsed === 'string')
    errors.push(field.invalid(where, indexes, `error parsing succeededIndexes: ${parsed}`));
  if (count === undefined) return errors;
  errors.push(...nonNegative(at, count));
  if (count > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(field.invalid(at, count, detail));
  }
  // Of indexes that cannot be read there are none.
  const total = typeof parsed === 'string' ? 0 : parsed;
  if (total !== undefined && count > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(field.invalid(at, count, detail));
  }
  return errors;
}

/** countIndexes is how many indexes a list such as `1,3-5` names, or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  if (!text) return 0;
  let last = -1;
  let total = 0;
  for (const fragment of text.split(',')) {
    const interval = readInterval(fragment, completions);
    if (typeof interval === 'string') return interval;
    const [from, to] = interval;
    if (from <= last) return `non-increasing order, previous: ${last}, current: ${from}`;
    total += to - from + 1;
    last = to;
  }
  return total;
}

function readInterval(text: string, completions: number): readonly [from: number, to: number] | string {
  const words = text.split('-');
  if (words.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  for (const word of words) {
    if (!/^[+]?\d+$/.test(word)) return `cannot convert string to integer for index: ${JSON.stringify(word)}`;
    if (Number(word) >= completions) return `too large index: ${JSON.stringify(word)}`;
  }
  const [from, to] = [Number(words[0]), Number(words.at(-1))];
  return words.length === 2 && from >= to ? `non-increasing order, previous: ${from}, current: ${to}` : [from, to];
}
