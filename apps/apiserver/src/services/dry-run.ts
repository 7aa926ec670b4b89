import type { corev1 } from '@navarch/api';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { isResource } from '../admission/refuse';
import type { ServiceAllocator } from './service-allocator';

/** ServiceDryRun shows in a dry run what the Service would get; it is given back at once. Real writes get theirs as they are stored. */
export class ServiceDryRun implements AdmissionPlugin {
  readonly name = 'ServiceDryRun';

  constructor(
    private readonly allocator: ServiceAllocator,
    private readonly emulated: number,
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    const { operation, dryRun } = attributes;
    return dryRun && (operation === 'CREATE' || operation === 'UPDATE') && isResource(attributes, 'services');
  }

  async validate({ object, oldObject }: AdmissionAttributes): Promise<void> {
    const service = object as corev1.Service;
    const allocation = await this.allocator.allocate(oldObject as corev1.Service | undefined, service);
    await allocation.rollback();
    const shown = allocation.service.spec;
    // Before 1.24 a dry run shows ports, but no address.
    service.spec =
      this.emulated < 24
        ? {
            ...service.spec,
            ports: shown?.ports,
            ...(shown?.healthCheckNodePort && { healthCheckNodePort: shown.healthCheckNodePort }),
          }
        : shown;
  }
}
