import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource, refuse } from './refuse';

/** DenyServiceExternalIPs (off by default) refuses external IPs that a Service did not have before: whoever may set them may take over traffic. */
export class DenyServiceExternalIPs implements AdmissionPlugin {
  readonly name = 'DenyServiceExternalIPs';

  handles(attributes: AdmissionAttributes): boolean {
    const { operation } = attributes;
    return (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'services');
  }

  validate(attributes: AdmissionAttributes): void {
    const addresses = (attributes.object as corev1.Service).spec?.externalIPs ?? [];
    const before = (attributes.oldObject as corev1.Service | undefined)?.spec?.externalIPs ?? [];
    if (addresses.some(address => !before.includes(address)))
      throw refuse(attributes, 'Use of external IPs is denied by admission control.');
  }
}
