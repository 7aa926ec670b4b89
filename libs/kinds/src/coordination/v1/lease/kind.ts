import { Leases, type coordinationv1 } from '@navarch/api';
import { field, Path, type FieldError } from '@navarch/apimachinery';
import { NEVER } from '../../../dormant';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { NON_NEGATIVE, type Release } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const SPEC = Path.at('spec');

function validateLease({ spec = {} }: coordinationv1.Lease, { emulated }: Release): FieldError[] {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  const errors: FieldError[] = [];
  if (duration !== undefined && duration <= 0)
    errors.push(field.invalid(SPEC.child('leaseDurationSeconds'), duration, 'must be greater than 0'));
  if (transitions !== undefined && transitions < 0) {
    const detail = emulated >= 26 ? NON_NEGATIVE : 'must to greater or equal than 0';
    errors.push(field.invalid(SPEC.child('leaseTransitions'), transitions, detail));
  }
  return errors;
}

/** lease declares Lease. A PUT may create it, which is how components elect their leaders in one request. */
export const lease = defineKind<coordinationv1.Lease>({
  resource: Leases,
  versions: [
    served('coordination.k8s.io/v1', 'Lease', { storedSince: 22 }),
    served('coordination.k8s.io/v1beta1', 'Lease', {
      until: 21,
      storedSince: 0,
      deprecated: deprecatedFor('1.19', '1.22', 'coordination.k8s.io/v1 Lease'),
    }),
  ],
  dormant: { 'spec.strategy': NEVER, 'spec.preferredHolder': NEVER },
  columns: defineColumns<coordinationv1.Lease>([
    nameColumn,
    text('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ]),
  anyFinalizer: true,
  strategy: {
    ...plainStrategy<coordinationv1.Lease>(validateLease),
    metadataChecks: { update: ['change'] },
    allowCreateOnUpdate: true,
    allowUnconditionalUpdate: false,
  },
});
