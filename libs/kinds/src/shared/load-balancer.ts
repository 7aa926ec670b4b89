import type { corev1 } from '@navarch/api';
import { field, foundIn, isDNS1123Subdomain, isValidIP, Path, type FieldError } from '@navarch/apimachinery';
import { each, type Release } from './errors';

const INGRESS = Path.at('status', 'loadBalancer', 'ingress');
/** IPS_ALIKE is the first release that checks these addresses as it checks all others. */
const IPS_ALIKE = 30;

type Ingress = Pick<corev1.LoadBalancerIngress, 'ip' | 'hostname'>;

/** validateLoadBalancerStatus checks where a load balancer says that it is reached. */
export function validateLoadBalancerStatus(
  status: { readonly ingress?: readonly Ingress[] } | undefined,
  release: Release,
): FieldError[] {
  return foundIn(status?.ingress, (place, i) => {
    const { ip, hostname } = validateLoadBalancerIngress(place, INGRESS.index(i), release);
    return [...ip, ...hostname];
  });
}

/** validateLoadBalancerIngress checks one place, address and name apart. */
export function validateLoadBalancerIngress(
  { ip, hostname }: Ingress,
  path: Path,
  release: Release,
): { readonly ip: FieldError[]; readonly hostname: FieldError[] } {
  const problems = ip ? isValidIP(ip, release) : [];
  const at = path.child('hostname');
  const isIP = hostname !== undefined && isValidIP(hostname, release).length === 0;
  return {
    ip: problems.map(text =>
      field.invalid(path.child('ip'), ip, release.emulated < IPS_ALIKE ? 'must be a valid IP address' : text),
    ),
    hostname: [
      ...(hostname ? each(at, hostname, isDNS1123Subdomain(hostname)) : []),
      ...(isIP ? [field.invalid(at, hostname, 'must be a DNS name, not an IP address')] : []),
    ],
  };
}
