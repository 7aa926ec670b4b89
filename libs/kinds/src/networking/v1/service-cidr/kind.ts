import { ServiceCIDRs, type networkingv1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, invalidStruct } from '../../../shared/errors';
import { strictCIDR } from '../../../shared/ip-forms';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy, statusStrategy } from '../../../shared/strategies';
import { goStruct } from '../../../shared/go-struct';
import { goStrings } from '../../../shared/go-syntax';

type Range = networkingv1.ServiceCIDR;
const CIDRS = Path.at('spec', 'cidrs');
const TWO_FAMILIES = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';

function validate({ spec }: Range): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (!cidrs.length) return [field.required(CIDRS, 'at least one CIDR required')];
  // What is shown is the whole spec.
  const go = goStruct('networking.ServiceCIDRSpec', { cidrs });
  const complain = (detail: string) => [invalidStruct(CIDRS, go, detail)];
  if (cidrs.length > 2) return complain('may only hold up to 2 values');
  const readable = cidrs.every(cidr => /^[^/]+\/\d+$/.test(cidr));
  const families = new Set(cidrs.map(cidr => cidr.includes(':')));
  if (cidrs.length === 2 && (!readable || families.size < 2)) return complain(TWO_FAMILIES);
  return foundIn(cidrs, (cidr, i) => each(CIDRS.index(i), cidr, strictCIDR(cidr)));
}

/** serviceCIDR declares ServiceCIDR, a range of addresses for Services, which is fixed. Its status may be written with the object. */
export const serviceCIDR = defineKind<Range>({
  resource: ServiceCIDRs,
  versions: [served('networking.k8s.io/v1', 'ServiceCIDR', { since: 33 })],
  columns: defineColumns<Range>([nameColumn, text('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')), ageColumn]),
  strategy: plainStrategy<Range>(validate, {
    alsoOnUpdate: (range, old) =>
      semanticEqual(range.spec?.cidrs, old.spec?.cidrs)
        ? []
        : [invalidStruct(CIDRS, goStrings(range.spec?.cidrs), IMMUTABLE)],
  }),
  subresources: { status: statusStrategy<Range>() },
});
