import type { corev1 } from '@navarch/api';
import { foundIn, Path } from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { cidrWarnings, FORMS, ipWarnings } from '../../../shared/ip-forms';
import { isHeadless, TOPOLOGY_HINTS, TOPOLOGY_MODE, TOPOLOGY_MODES } from './validation';

const SPEC = Path.at('spec');
/** IGNORED is the first release that warns of what services of another type would use. */
const IGNORED = 28;

/** serviceWarnings warn of an old annotation, of what a service says in vain, and of addresses in odd forms. */
export function serviceWarnings(
  { metadata, spec = {} }: corev1.Service,
  _old: corev1.Service | undefined,
  { emulated }: StrategyContext,
): string[] {
  const hints = emulated >= TOPOLOGY_MODES && metadata?.annotations?.[TOPOLOGY_HINTS] !== undefined;
  return [
    ...(hints ? [`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`] : []),
    ...(emulated < FORMS ? [] : addressWarnings(spec)),
    ...(emulated < IGNORED ? [] : ignored(spec)),
  ];
}

function addressWarnings(spec: corev1.ServiceSpec): string[] {
  const { clusterIPs = [], externalIPs = [], loadBalancerIP, loadBalancerSourceRanges: ranges = [] } = spec;
  const all = (name: string, list: readonly string[], warn = ipWarnings) =>
    foundIn(list, (text, i) => warn(text, SPEC.child(name).index(i)));
  return [
    ...(isHeadless(spec) ? [] : all('clusterIPs', clusterIPs)),
    ...all('externalIPs', externalIPs),
    ...(loadBalancerIP ? ipWarnings(loadBalancerIP, SPEC.child('loadBalancerIP')) : []),
    ...all('loadBalancerSourceRanges', ranges, cidrWarnings),
  ];
}

function ignored({ type, externalIPs = [], externalName }: corev1.ServiceSpec): string[] {
  const named = type === 'ExternalName';
  return [
    ...(named && externalIPs.length ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(!named && externalName ? ['spec.externalName is ignored when spec.type is not "ExternalName"'] : []),
  ];
}
