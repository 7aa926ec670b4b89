import type { discoveryv1 } from '@navarch/api';
import { foundIn, Path } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { FORMS, ipWarnings } from '../../../shared/ip-forms';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
/** The controllers write addresses as they should be. */
const CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];
/** NAMES_DEPRECATED is the first release that warns of slices of domain names. */
const NAMES_DEPRECATED = 27;

/** sliceWarnings warn of new slices of domain names, and of addresses in odd forms. */
export function sliceWarnings(
  { metadata, addressType, endpoints }: discoveryv1.EndpointSlice,
  old: discoveryv1.EndpointSlice | undefined,
  { emulated }: StrategyContext,
): string[] {
  const named = emulated >= NAMES_DEPRECATED && !old && addressType === 'FQDN';
  const warnings = named ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (emulated < FORMS || CONTROLLERS.includes(metadata?.labels?.[MANAGED_BY] ?? '')) return warnings;
  const forms = foundIn(endpoints, ({ addresses }, i) =>
    foundIn(addresses, (ip, j) => ipWarnings(ip, Path.at('endpoints').index(i).child('addresses').index(j))),
  );
  return [...warnings, ...forms];
}
