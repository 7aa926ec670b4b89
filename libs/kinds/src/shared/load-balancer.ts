import type { corev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, isValidIP, Path, type FieldError } from '@navarch/apimachinery';
import { each } from './errors';

const INGRESS = Path.at('status', 'loadBalancer', 'ingress');

/** validateLoadBalancerStatus checks where a load balancer says that it is reached. */
export function validateLoadBalancerStatus(
  status: { readonly ingress?: readonly Pick<corev1.LoadBalancerIngress, 'ip' | 'hostname'>[] } | undefined,
): FieldError[] {
  return (status?.ingress ?? []).flatMap(({ ip, hostname }, i) => {
    const at = INGRESS.index(i);
    const isIP = (text: string) => isValidIP(text).length === 0;
    return [
      ...(ip && !isIP(ip) ? [field.invalid(at.child('ip'), ip, 'must be a valid IP address')] : []),
      ...(hostname ? each(at.child('hostname'), hostname, isDNS1123Subdomain(hostname)) : []),
      ...(hostname && isIP(hostname)
        ? [field.invalid(at.child('hostname'), hostname, 'must be a DNS name, not an IP address')]
        : []),
    ];
  });
}
