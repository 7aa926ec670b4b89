import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidIP,
  isValidPortNum,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import { semanticEqual } from '../../../shared/equal';
import { each, type Release } from '../../../shared/errors';
import { validateNonSpecialIP } from '../../../shared/ip';
import { validateProtocol } from '../pod/validation/ports';

/** validateEndpoints checks addresses and ports. */
export function validateEndpoints({ subsets = [] }: corev1.Endpoints, release: Release): FieldError[] {
  return foundIn(subsets, (subset, i) => {
    const at = Path.at('subsets').index(i);
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    return [
      ...(addresses.length + notReadyAddresses.length
        ? []
        : [field.required(at, 'must specify `addresses` or `notReadyAddresses`')]),
      ...foundIn(addresses, (address, j) => validateAddress(address, at.child('addresses').index(j), release)),
      ...foundIn(notReadyAddresses, (address, j) =>
        validateAddress(address, at.child('notReadyAddresses').index(j), release),
      ),
      ...foundIn(ports, (port, j) => validatePort(port, ports.length > 1, at.child('ports').index(j), release)),
    ];
  });
}

/** LETS_BE is the first release that lets addresses be which were taken once. */
const LETS_BE = 33;

/** validateEndpointsUpdate checks changed Endpoints. */
export function validateEndpointsUpdate(
  endpoints: corev1.Endpoints,
  old: corev1.Endpoints,
  release: Release,
): FieldError[] {
  const errors = validateEndpoints(endpoints, release);
  const isOld = errors.length > 0 && release.emulated >= LETS_BE && semanticEqual(endpoints.subsets, old.subsets);
  return isOld ? [] : errors;
}

function validateAddress(
  { ip = '', hostname, nodeName }: corev1.EndpointAddress,
  path: Path,
  release: Release,
): FieldError[] {
  const at = path.child('ip');
  const malformed = isValidIP(ip, release).length > 0;
  return [
    ...(malformed ? [field.invalid(at, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')] : []),
    ...(hostname ? each(path.child('hostname'), hostname, isDNS1123Label(hostname, release)) : []),
    ...(nodeName === undefined ? [] : each(path.child('nodeName'), nodeName, isDNS1123Subdomain(nodeName))),
    ...(malformed ? [field.invalid(at, ip, 'must be a valid IP address')] : validateNonSpecialIP(ip, at, release)),
  ];
}

function validatePort(
  { name, port = 0, protocol, appProtocol }: corev1.EndpointPort,
  named: boolean,
  path: Path,
  release: Release,
): FieldError[] {
  const nameErrors = name
    ? each(path.child('name'), name, isDNS1123Label(name, release))
    : named
      ? [field.required(path.child('name'))]
      : [];
  return [
    ...nameErrors,
    ...each(path.child('port'), port, isValidPortNum(port)),
    ...validateProtocol(protocol, path.child('protocol')),
    ...(appProtocol === undefined ? [] : each(path.child('appProtocol'), appProtocol, isQualifiedName(appProtocol))),
  ];
}
