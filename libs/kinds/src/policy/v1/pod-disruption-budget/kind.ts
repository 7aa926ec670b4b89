import { PodDisruptionBudgets, type policyv1 } from '@navarch/api';
import { foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { validateConditions } from '../../../shared/conditions';
import { invalidStruct, nonNegative, oneOf, type Release } from '../../../shared/errors';
import { validateNonNegativeIntOrPercent, validateNotMoreThan100Percent } from '../../../shared/int-or-percent';
import { validateLabelSelector } from '../../../shared/label-validation';
import { ageColumn, integer, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { fromBudgetV1, toBudgetV1 } from './conversion';
import { goStruct } from '../../../shared/go-struct';

const SPEC = Path.at('spec');

function validateBudget({ spec = {} }: policyv1.PodDisruptionBudget, release: Release): FieldError[] {
  const errors: FieldError[] = [];
  const { minAvailable, maxUnavailable, selector } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const go = goStruct('policy.PodDisruptionBudgetSpec', spec, release.emulated);
    errors.push(invalidStruct(SPEC, go, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    if (spec[name] === undefined) continue;
    errors.push(
      ...validateNonNegativeIntOrPercent(spec[name], SPEC.child(name)),
      ...validateNotMoreThan100Percent(spec[name], SPEC.child(name)),
    );
  }
  errors.push(...validateLabelSelector(selector, SPEC.child('selector'), release));
  if (spec.unhealthyPodEvictionPolicy !== undefined) {
    errors.push(
      ...oneOf(SPEC.child('unhealthyPodEvictionPolicy'), spec.unhealthyPodEvictionPolicy, [
        'AlwaysAllow',
        'IfHealthyBudget',
      ]),
    );
  }
  return errors;
}

/** STATUS_CHECKED is the first release that looks at the status of a budget. */
const STATUS_CHECKED = 21;
const STATUS = Path.at('status');
const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

function validateStatus(
  status: policyv1.PodDisruptionBudgetStatus | undefined,
  context: StrategyContext,
): FieldError[] {
  if (context.emulated < STATUS_CHECKED) return [];
  const errors = validateConditions(status?.conditions, STATUS.child('conditions'), context);
  if (context.apiVersion !== 'policy/v1') return errors;
  return [...errors, ...foundIn(COUNTS, name => nonNegative(STATUS.child(name), status?.[name]))];
}

/** podDisruptionBudget declares PodDisruptionBudget. */
export const podDisruptionBudget = defineKind<policyv1.PodDisruptionBudget>({
  resource: PodDisruptionBudgets,
  versions: [
    served('policy/v1', 'PodDisruptionBudget', { since: 21, storedSince: 22 }),
    served('policy/v1beta1', 'PodDisruptionBudget', {
      until: 24,
      storedSince: 0,
      deprecated: deprecatedFor('1.21', '1.25', 'policy/v1 PodDisruptionBudget'),
      toHub: toBudgetV1,
      fromHub: fromBudgetV1,
    }),
  ],
  shortNames: ['pdb'],
  dormant: { 'spec.unhealthyPodEvictionPolicy': 27 },
  columns: defineColumns<policyv1.PodDisruptionBudget>([
    nameColumn,
    text('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    text('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    integer('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0),
    ageColumn,
  ]),
  strategy: specStrategy<policyv1.PodDisruptionBudget>({
    metadataChecks: { create: [], update: [] },
    allowUnconditionalUpdate: false,
    generation: true,
    validate: validateBudget,
    validateUpdate: (budget, _old, release) => validateBudget(budget, release),
  }),
  subresources: {
    status: statusStrategy<policyv1.PodDisruptionBudget>({
      metadataChecks: { update: [] },
      validateUpdate: ({ status }, _old, context) => validateStatus(status, context),
    }),
  },
});
