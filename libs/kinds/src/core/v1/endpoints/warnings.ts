import type { corev1 } from '@navarch/api';
import { foundIn, Path } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { FORMS, ipWarnings } from '../../../shared/ip-forms';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';

/** endpointsWarnings warn of addresses in odd forms; the controller writes them as they should be. */
export function endpointsWarnings(
  { metadata, subsets }: corev1.Endpoints,
  _old: corev1.Endpoints | undefined,
  { emulated }: StrategyContext,
): string[] {
  if (emulated < FORMS || metadata?.labels?.[MANAGED_BY] === 'endpoint-controller') return [];
  return foundIn(subsets, (subset, i) =>
    foundIn(['addresses', 'notReadyAddresses'] as const, name =>
      foundIn(subset[name], ({ ip }, j) =>
        ipWarnings(ip, Path.at('subsets').index(i).child(name).index(j).child('ip')),
      ),
    ),
  );
}
