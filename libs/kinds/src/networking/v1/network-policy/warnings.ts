import type { networkingv1 } from '@navarch/api';
import { foundIn, Path } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { cidrWarnings, FORMS } from '../../../shared/ip-forms';

const SPEC = Path.at('spec');

/** policyWarnings warn of blocks of addresses in odd forms. */
export function policyWarnings(
  { spec }: networkingv1.NetworkPolicy,
  _old: networkingv1.NetworkPolicy | undefined,
  { emulated }: StrategyContext,
): string[] {
  if (emulated < FORMS) return [];
  const peers = [
    ...(spec?.ingress ?? []).map((rule, i) => ({ peers: rule.from, at: SPEC.child('ingress').index(i).child('from') })),
    ...(spec?.egress ?? []).map((rule, i) => ({ peers: rule.to, at: SPEC.child('egress').index(i).child('to') })),
  ];
  return foundIn(peers, ({ peers = [], at }) =>
    foundIn(peers, ({ ipBlock: block }, i) => {
      if (!block) return [];
      const where = at.index(i).child('ipBlock');
      const except = where.child('except');
      return [
        ...cidrWarnings(block.cidr, where.child('cidr')),
        ...foundIn(block.except, (cidr, j) => cidrWarnings(cidr, except.index(j))),
      ];
    }),
  );
}
