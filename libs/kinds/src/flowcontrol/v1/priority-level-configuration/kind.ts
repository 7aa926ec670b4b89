import { PriorityLevelConfigurations, type flowcontrolv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind, type Minor } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { oneOf } from '../../../shared/errors';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';
import { flowcontrolVersions } from '../shared/versions';

const SPEC = Path.at('spec');
const SHARES = 30;
const QUEUES = { queues: 64, handSize: 8, queueLengthLimit: 50 } as const;

type Fields = Record<string, unknown>;
const limitedOf = (object: Fields) => (object['spec'] as Fields | undefined)?.['limited'] as Fields | undefined;

/** toNominal: versions before v1beta3 called the shares assured. In place. */
export function toNominal(object: Fields): void {
  const limited = limitedOf(object);
  if (!limited) return;
  if (limited['assuredConcurrencyShares'] !== undefined)
    limited['nominalConcurrencyShares'] = limited['assuredConcurrencyShares'];
  delete limited['assuredConcurrencyShares'];
}

/** toAssured is the way back. */
export function toAssured(object: Fields): void {
  const limited = limitedOf(object);
  if (!limited) return;
  if (limited['nominalConcurrencyShares'] !== undefined)
    limited['assuredConcurrencyShares'] = limited['nominalConcurrencyShares'];
  delete limited['nominalConcurrencyShares'];
}

function defaultLevel({ spec }: flowcontrolv1.PriorityLevelConfiguration, emulated: Minor): void {
  const { limited } = spec ?? {};
  if (limited) {
    // Zero became a value of its own in v1; before, it was the same as none.
    limited.nominalConcurrencyShares =
      emulated >= 29 ? (limited.nominalConcurrencyShares ?? SHARES) : limited.nominalConcurrencyShares || SHARES;
    if (emulated >= 26) limited.lendablePercent ??= 0;
    const queuing = limited.limitResponse?.queuing;
    if (queuing) for (const name of ['queues', 'handSize', 'queueLengthLimit'] as const) queuing[name] ||= QUEUES[name];
  }
  if (spec?.type === 'Exempt' && emulated >= 28) {
    spec.exempt ??= {};
    spec.exempt.nominalConcurrencyShares ??= 0;
    spec.exempt.lendablePercent ??= 0;
  }
}

function validateLevel({ metadata, spec }: flowcontrolv1.PriorityLevelConfiguration): FieldError[] {
  const { type, limited } = spec ?? ({} as flowcontrolv1.PriorityLevelConfigurationSpec);
  const mustBeExempt = metadata?.name === 'exempt';
  const errors = oneOf(SPEC.child('type'), type, ['Exempt', 'Limited']);
  if (mustBeExempt !== (type === 'Exempt') && !errors.length) {
    errors.push(
      field.invalid(
        SPEC.child('type'),
        type,
        mustBeExempt
          ? "type must be 'Exempt' if and only if name is 'exempt'"
          : "type must be 'Limited' if and only if name is not 'exempt'",
      ),
    );
  }
  const at = SPEC.child('limited');
  if (type === 'Exempt' && limited) errors.push(field.forbidden(at, 'must be nil if the type is not Limited'));
  if (type !== 'Limited') return errors;
  if (!limited) return [...errors, field.required(at, 'must not be empty when type is Limited')];
  const { nominalConcurrencyShares: shares = 0, lendablePercent: percent = 0, limitResponse } = limited;
  if (shares < 0)
    errors.push(field.invalid(at.child('nominalConcurrencyShares'), shares, 'must be a non-negative integer'));
  if (percent < 0 || percent > 100)
    errors.push(field.invalid(at.child('lendablePercent'), percent, 'must be between 0 and 100, inclusive'));
  const response = at.child('limitResponse');
  errors.push(...oneOf(response.child('type'), limitResponse?.type, ['Queue', 'Reject']));
  const { queuing } = limitResponse ?? {};
  if (limitResponse?.type === 'Reject' && queuing)
    errors.push(field.forbidden(response.child('queuing'), 'must be nil if limited.limitResponse.type is not Limited'));
  if (limitResponse?.type !== 'Queue') return errors;
  if (!queuing)
    return [
      ...errors,
      field.required(response.child('queuing'), 'must not be empty if limited.limitResponse.type is Limited'),
    ];
  for (const name of ['queueLengthLimit', 'queues', 'handSize'] as const) {
    if ((queuing[name] ?? 0) <= 0)
      errors.push(field.invalid(response.child('queuing', name), queuing[name] ?? 0, 'must be positive'));
  }
  if ((queuing.handSize ?? 0) > (queuing.queues ?? 0)) {
    errors.push(
      field.invalid(
        response.child('queuing', 'handSize'),
        queuing.handSize,
        `should not be greater than queues (${queuing.queues})`,
      ),
    );
  }
  return errors;
}

type Level = flowcontrolv1.PriorityLevelConfiguration;
const shares = ({ spec }: Level) =>
  spec?.limited?.nominalConcurrencyShares ?? spec?.exempt?.nominalConcurrencyShares ?? NONE;
const queuing =
  (name: keyof typeof QUEUES) =>
  ({ spec }: Level) =>
    spec?.limited?.limitResponse?.queuing?.[name] ?? NONE;

/** priorityLevelConfiguration declares PriorityLevelConfiguration. */
export const priorityLevelConfiguration = defineKind<Level>({
  resource: PriorityLevelConfigurations,
  versions: flowcontrolVersions('PriorityLevelConfiguration', { toHub: toNominal, fromHub: toAssured }),
  defaults: defaultLevel,
  columns: defineColumns<Level>([
    nameColumn,
    text('Type', ({ spec }) => spec?.type ?? ''),
    text('AssuredConcurrencyShares', shares, { until: 25 }),
    text('NominalConcurrencyShares', shares, { since: 26 }),
    text('Queues', queuing('queues')),
    text('HandSize', queuing('handSize')),
    text('QueueLengthLimit', queuing('queueLengthLimit')),
    ageColumn,
  ]),
  strategy: specStrategy<Level>({
    generation: true,
    validate: validateLevel,
    validateUpdate: level => validateLevel(level),
  }),
  subresources: { status: isolatedStatusStrategy<Level>() },
});
