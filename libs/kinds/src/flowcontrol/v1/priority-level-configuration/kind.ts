import { PriorityLevelConfigurations, type flowcontrolv1 } from '@navarch/api';
import { defineKind, type Minor, type StrategyContext } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { isolatedStatusStrategy, specStrategy } from '../../../shared/strategies';
import { validateMandatoryLevel } from '../shared/mandatory';
import { validateConditions } from '../shared/status';
import { flowcontrolVersions } from '../shared/versions';
import { validateLevel } from './validation';

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

type Level = flowcontrolv1.PriorityLevelConfiguration;
const shares = ({ spec }: Level) => spec?.limited?.nominalConcurrencyShares ?? NONE;
const queuing =
  (name: keyof typeof QUEUES) =>
  ({ spec }: Level) =>
    spec?.limited?.limitResponse?.queuing?.[name] ?? NONE;

const validate = (level: Level, context: StrategyContext) => [
  ...validateLevel(level, context),
  ...validateMandatoryLevel(level, context.emulated),
];

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
    metadataChecks: { update: ['whole'] },
    generation: true,
    validate,
    validateUpdate: (level, _old, context) => validate(level, context),
  }),
  subresources: {
    status: isolatedStatusStrategy<Level>(
      { metadataChecks: { update: [] }, validateUpdate: validateConditions },
      'all',
    ),
  },
});
