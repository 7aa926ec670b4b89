import type { corev1 } from '@navarch/api';
import { field, foundIn, Path, type FieldError } from '@navarch/apimachinery';
import { oneOf, type Release } from '../../../shared/errors';
import { validateLoadBalancerIngress, validateLoadBalancerStatus } from '../../../shared/load-balancer';
import { IP_MODES } from './defaults';

const INGRESS = Path.at('status', 'loadBalancer', 'ingress');
/** BALANCERS_ONLY is the first release in which only load balancers say where they are. */
const BALANCERS_ONLY = 29;

/** validateServiceStatus checks the addresses that a load balancer has given. */
export function validateServiceStatus({ spec, status }: corev1.Service, release: Release): FieldError[] {
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (release.emulated >= BALANCERS_ONLY && spec?.type !== 'LoadBalancer' && ingress.length)
    return [field.forbidden(INGRESS, "may only be used when `spec.type` is 'LoadBalancer'")];
  if (release.emulated < IP_MODES) return validateLoadBalancerStatus(status?.loadBalancer, release);
  return foundIn(ingress, (place, i) => {
    const { ip, hostname } = validateLoadBalancerIngress(place, INGRESS.index(i), release);
    return [...ip, ...validateMode(place, INGRESS.index(i).child('ipMode')), ...hostname];
  });
}

function validateMode({ ip, ipMode }: corev1.LoadBalancerIngress, path: Path): FieldError[] {
  if (ipMode === undefined) return ip ? [field.required(path, 'must be specified when `ip` is set')] : [];
  if (!ip) return [field.forbidden(path, 'may not be specified when `ip` is not set')];
  return oneOf(path, ipMode, ['Proxy', 'VIP']);
}
