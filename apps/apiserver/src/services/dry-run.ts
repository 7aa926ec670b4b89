import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from '../admission/refuse';
import { DryAddresses, DryPorts } from './dry-pools';
import type { NumberPool, RangeAllocator } from './range-allocator';
import { ServiceAllocator } from './service-allocator';

export interface ServiceDryRunParts {
  readonly addresses: NumberPool;
  readonly ports: RangeAllocator;
  readonly emulated: number;
}

/** ADDRESSES_SINCE is the first release whose dry runs look at addresses. */
const ADDRESSES_SINCE = 24;

/** ServiceDryRun shows in a dry run that the Service would get ports and an address, and takes none. Real writes get theirs as they are stored. */
export class ServiceDryRun implements AdmissionPlugin {
  readonly name = 'ServiceDryRun';

  constructor(private readonly parts: ServiceDryRunParts) {}

  handles(attributes: AdmissionAttributes): boolean {
    const { operation, dryRun } = attributes;
    return dryRun && (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'services');
  }

  async validate({ object, oldObject }: AdmissionAttributes): Promise<void> {
    const { emulated, addresses, ports } = this.parts;
    const service = object as corev1.Service;
    const allocator = new ServiceAllocator({
      addresses: new DryAddresses(addresses, emulated >= ADDRESSES_SINCE),
      ports: new DryPorts(ports),
      emulated,
      onError: () => {},
    });
    const { service: filled } = await allocator.allocate(oldObject as corev1.Service | undefined, service);
    const shown = filled.spec;
    service.spec =
      emulated < ADDRESSES_SINCE
        ? {
            ...service.spec,
            ports: shown?.ports,
            ...(shown?.healthCheckNodePort && { healthCheckNodePort: shown.healthCheckNodePort }),
          }
        : shown;
  }
}
