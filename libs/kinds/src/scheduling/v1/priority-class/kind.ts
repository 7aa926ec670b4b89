import { PriorityClasses, type schedulingv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { IMMUTABLE } from '../../../shared/errors';
import { ageColumn, integer, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** HIGHEST_USER_PRIORITY bounds what users may define; what is above belongs to the system's own classes. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2 * HIGHEST_USER_PRIORITY + 1000],
  ['system-cluster-critical', 2 * HIGHEST_USER_PRIORITY],
]);
const POLICIES = ['PreemptLowerPriority', 'Never'];

function validatePriorityClass({
  metadata,
  value = 0,
  preemptionPolicy,
  globalDefault,
}: schedulingv1.PriorityClass): FieldError[] {
  const name = metadata?.name ?? '';
  const errors: FieldError[] = [];
  if (name.startsWith('system-')) {
    const why = beyondSystem(name, value, globalDefault);
    if (why) {
      const reserved = `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`;
      errors.push(field.forbidden(Path.at('metadata', 'name'), reserved));
    }
  } else if (value > HIGHEST_USER_PRIORITY) {
    errors.push(
      field.forbidden(Path.at('value'), `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`),
    );
  }
  if (preemptionPolicy === '') errors.push(field.required(Path.at('preemptionPolicy')));
  else if (preemptionPolicy !== undefined && !POLICIES.includes(preemptionPolicy))
    errors.push(field.notSupported(Path.at('preemptionPolicy'), preemptionPolicy, POLICIES));
  return errors;
}

/** beyondSystem says why a class of such a name is not one of the system's own; undefined if it is. */
function beyondSystem(name: string, value: number, globalDefault = false): string | undefined {
  const fixed = SYSTEM.get(name);
  if (fixed === undefined) return `${name} is not a known system priority class`;
  if (fixed !== value) return `value of ${name} PriorityClass must be ${fixed}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validateUpdate(object: schedulingv1.PriorityClass, old: schedulingv1.PriorityClass): FieldError[] {
  return [
    // The field is spelled like this.
    ...(object.value === old.value ? [] : [field.forbidden(Path.at('Value'), 'may not be changed in an update.')]),
    ...(object.preemptionPolicy === old.preemptionPolicy
      ? []
      : [field.invalid(Path.at('preemptionPolicy'), object.preemptionPolicy, IMMUTABLE)]),
  ];
}

const deprecated = deprecatedFor('1.14', '1.22', 'scheduling.k8s.io/v1 PriorityClass');

/** priorityClass declares PriorityClass, whose value is fixed. */
export const priorityClass = defineKind<schedulingv1.PriorityClass>({
  resource: PriorityClasses,
  versions: [
    served('scheduling.k8s.io/v1', 'PriorityClass'),
    served('scheduling.k8s.io/v1beta1', 'PriorityClass', { until: 21, deprecated }),
    served('scheduling.k8s.io/v1alpha1', 'PriorityClass', { until: 21 }),
  ],
  shortNames: ['pc'],
  defaults(object) {
    object.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  columns: defineColumns<schedulingv1.PriorityClass>([
    nameColumn,
    integer('Value', ({ value = 0 }) => value),
    { name: 'Global-Default', type: 'boolean', cell: ({ globalDefault = false }) => globalDefault },
    ageColumn,
    text('PreemptionPolicy', ({ preemptionPolicy = '' }) => preemptionPolicy, { since: 32 }),
  ]),
  strategy: {
    ...plainStrategy<schedulingv1.PriorityClass>(validatePriorityClass),
    metadataChecks: { update: ['change'] },
    prepareForCreate(object) {
      (object.metadata ??= {}).generation = 1;
    },
    prepareForUpdate(object, old) {
      if (old.metadata?.generation !== undefined) (object.metadata ??= {}).generation = old.metadata.generation;
    },
    validateUpdate,
    refuseDelete: ({ metadata }) =>
      SYSTEM.has(metadata?.name ?? '') ? 'this is a system priority class and cannot be deleted' : undefined,
  },
});
