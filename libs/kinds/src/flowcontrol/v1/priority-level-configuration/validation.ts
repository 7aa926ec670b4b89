import type { flowcontrolv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { oneOf } from '../../../shared/errors';

const SPEC = Path.at('spec');
const EXEMPT = 'exempt';
const MAX_QUEUES = 10_000_000;
/** HASH_BITS is what there is to choose a hand of queues by. */
const HASH_BITS = 60;
/** NOMINAL is the first release that calls the shares nominal. */
const NOMINAL = 26;

/** validateLevel checks a PriorityLevelConfiguration. */
export function validateLevel(
  { metadata, spec }: flowcontrolv1.PriorityLevelConfiguration,
  { emulated }: StrategyContext,
): FieldError[] {
  const { type, limited, exempt } = spec ?? ({} as flowcontrolv1.PriorityLevelConfigurationSpec);
  const at = SPEC.child('type');
  const errors: FieldError[] = [];
  if ((metadata?.name === EXEMPT) !== (type === 'Exempt'))
    errors.push(field.invalid(at, type ?? '', "type must be 'Exempt' if and only if name is 'exempt'"));
  switch (type) {
    case 'Exempt':
      if (limited) errors.push(field.forbidden(SPEC.child('limited'), 'must be nil if the type is not Limited'));
      return [...errors, ...validateExempt(exempt ?? {}, SPEC.child('exempt'))];
    case 'Limited':
      if (exempt) errors.push(field.forbidden(SPEC.child('exempt'), 'must be nil if the type is Limited'));
      return [
        ...errors,
        ...(limited
          ? validateLimited(limited, SPEC.child('limited'), emulated)
          : [field.required(SPEC.child('limited'), 'must not be empty when type is Limited')]),
      ];
    default:
      return [...errors, ...oneOf(at, type, ['Exempt', 'Limited'])];
  }
}

function validateExempt(
  { nominalConcurrencyShares: shares = 0, lendablePercent = 0 }: flowcontrolv1.ExemptPriorityLevelConfiguration,
  path: Path,
): FieldError[] {
  return [
    ...(shares < 0 ? [field.invalid(path.child('nominalConcurrencyShares'), shares, NOT_NEGATIVE)] : []),
    ...validatePercent(lendablePercent, path.child('lendablePercent')),
  ];
}

const NOT_NEGATIVE = 'must be a non-negative integer';

const validatePercent = (percent: number, path: Path): FieldError[] =>
  percent < 0 || percent > 100 ? [field.invalid(path, percent, 'must be between 0 and 100, inclusive')] : [];

function validateLimited(
  limited: flowcontrolv1.LimitedPriorityLevelConfiguration,
  path: Path,
  emulated: number,
): FieldError[] {
  const {
    nominalConcurrencyShares: shares = 0,
    lendablePercent: percent = 0,
    borrowingLimitPercent,
    limitResponse,
  } = limited;
  const errors: FieldError[] = [];
  const assured = emulated < NOMINAL;
  const at = path.child(assured ? 'assuredConcurrencyShares' : 'nominalConcurrencyShares');
  // Zero became a value of its own in 1.29.
  if (emulated >= 29 ? shares < 0 : shares <= 0)
    errors.push(field.invalid(at, shares, emulated >= 29 ? NOT_NEGATIVE : 'must be positive'));
  errors.push(...validateResponse(limitResponse ?? { type: '' }, path.child('limitResponse')));
  errors.push(...validatePercent(percent, path.child('lendablePercent')));
  if ((borrowingLimitPercent ?? 0) < 0)
    errors.push(
      field.invalid(path.child('borrowingLimitPercent'), borrowingLimitPercent, `if specified, ${NOT_NEGATIVE}`),
    );
  return errors;
}

function validateResponse({ type, queuing }: flowcontrolv1.LimitResponse, path: Path): FieldError[] {
  const at = path.child('queuing');
  switch (type) {
    case 'Reject':
      return queuing ? [field.forbidden(at, 'must be nil if limited.limitResponse.type is not Limited')] : [];
    case 'Queue':
      return queuing
        ? validateQueuing(queuing, at)
        : [field.required(at, 'must not be empty if limited.limitResponse.type is Limited')];
    default:
      return oneOf(path.child('type'), type, ['Queue', 'Reject']);
  }
}

function validateQueuing(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: flowcontrolv1.QueuingConfiguration,
  path: Path,
): FieldError[] {
  const complain = (name: string, value: number, detail: string) => [field.invalid(path.child(name), value, detail)];
  const POSITIVE = 'must be positive';
  const errors = queueLengthLimit <= 0 ? complain('queueLengthLimit', queueLengthLimit, POSITIVE) : [];
  if (queues <= 0) errors.push(...complain('queues', queues, POSITIVE));
  else if (queues > MAX_QUEUES) errors.push(...complain('queues', queues, `must not be greater than ${MAX_QUEUES}`));
  const bits = entropyBits(queues, handSize);
  if (handSize <= 0) errors.push(...complain('handSize', handSize, POSITIVE));
  else if (handSize > queues)
    errors.push(...complain('handSize', handSize, `should not be greater than queues (${queues})`));
  else if (bits > HASH_BITS) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${HASH_BITS}`;
    errors.push(...complain('handSize', handSize, detail));
  }
  return errors;
}

/** entropyBits is how many bits it takes to deal a hand from a deck. */
const entropyBits = (deck: number, hand: number) => Math.ceil(Math.log2(deck) * hand);
