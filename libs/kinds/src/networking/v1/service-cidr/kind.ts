import { resource, type networkingv1 } from '@navarch/api';
import { field, isCIDR, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

const CIDRS = Path.at('spec', 'cidrs');

function validate({ spec }: networkingv1.ServiceCIDR): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (!cidrs.length) return [field.required(CIDRS, 'at least one CIDR required')];
  if (cidrs.length > 2) return [field.invalid(CIDRS, cidrs, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, i) => each(CIDRS.index(i), cidr, isCIDR(cidr)));
  const families = new Set(cidrs.map(cidr => cidr.includes(':')));
  if (cidrs.length === 2 && families.size < 2)
    errors.push(
      field.invalid(
        CIDRS,
        cidrs,
        'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96',
      ),
    );
  return errors;
}

/** serviceCIDR declares ServiceCIDR, a range of addresses for Services. */
export const serviceCIDR = defineKind<networkingv1.ServiceCIDR>({
  resource: resource<networkingv1.ServiceCIDR>('networking.k8s.io/v1', 'servicecidrs', 'ServiceCIDR', false),
  versions: [served('networking.k8s.io/v1', 'ServiceCIDR', { since: 33 })],
  columns: defineColumns<networkingv1.ServiceCIDR>([
    nameColumn,
    text('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')),
    ageColumn,
  ]),
  strategy: specStrategy<networkingv1.ServiceCIDR>({
    validate,
    validateUpdate: (range, old) => [
      ...validate(range),
      ...(semanticEqual(range.spec, old.spec) ? [] : [field.invalid(CIDRS, range.spec?.cidrs, IMMUTABLE)]),
    ],
  }),
  subresources: { status: statusStrategy<networkingv1.ServiceCIDR>() },
});
