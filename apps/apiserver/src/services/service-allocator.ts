import { completeForOutput, type corev1 } from '@navarch/api';
import { field, internalError, Path, type FieldError, type StatusError } from '@navarch/apimachinery';
import { ipv4ToNumber, numberToIpv4 } from './address-range';
import { settleFamilies } from './ip-families';
import type { NumberPool, Owner } from './range-allocator';
import { claimsOf, planNodePorts, wantsClusterIp, wantsHealthCheckPort, wantsNodePorts } from './service-claims';

const SCHEMA = 'io.k8s.api.core.v1.Service';

/** RANGES_ARE_OBJECTS is the first release whose address ranges are ServiceCIDRs: which of them an address is not in is not told. */
export const RANGES_ARE_OBJECTS = 33;

/** Allocation is what one write took and is to give back: commit after the write, rollback if it failed. Both never reject. */
export interface Allocation {
  readonly service: corev1.Service;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface ServiceAllocatorOptions {
  readonly addresses: NumberPool;
  readonly ports: NumberPool;
  /** emulated decides wording and whether Services carry IP families. */
  readonly emulated: number;
  readonly onError: (error: unknown) => void;
}

/** ServiceAllocator gives Services their cluster IP and node ports. */
export class ServiceAllocator {
  constructor(private readonly options: ServiceAllocatorOptions) {}

  /** allocate takes what `next` needs and `current` does not hold, and fills it in (into a copy). 422 if a chosen one is not to be had. */
  async allocate(current: corev1.Service | undefined, next: corev1.Service): Promise<Allocation> {
    const held = claimsOf(current);
    const service = structuredClone(next);
    const taken: { addresses: number[]; ports: number[] } = { addresses: [], ports: [] };
    const giveBack = (claims: typeof taken) => this.release(claims);
    try {
      await this.takeAddress(service, new Set(held.addresses), taken.addresses);
      await this.takePorts(service, new Set(held.ports), taken.ports);
      await this.takeHealthCheckPort(service, new Set(held.ports), taken.ports);
    } catch (error) {
      await giveBack(taken);
      throw error;
    }
    const kept = claimsOf(service);
    const dropped = {
      addresses: held.addresses.filter(value => !kept.addresses.includes(value)),
      ports: held.ports.filter(value => !kept.ports.includes(value)),
    };
    // What was filled in stands behind the rest; equal Services have to have equal bytes.
    const filled = completeForOutput(SCHEMA, service, this.options.emulated);
    return { service: filled, commit: () => giveBack(dropped), rollback: () => giveBack(taken) };
  }

  /** release gives back; a failure is reported only, since repair frees the rest. */
  async release({
    addresses,
    ports,
  }: {
    readonly addresses: readonly number[];
    readonly ports: readonly number[];
  }): Promise<void> {
    try {
      await this.options.addresses.release(addresses);
      await this.options.ports.release(ports);
    } catch (error) {
      this.options.onError(error);
    }
  }

  private async takeAddress(service: corev1.Service, held: ReadonlySet<number>, taken: number[]): Promise<void> {
    const spec = service.spec!;
    if (this.options.emulated > 20 && spec.type !== 'ExternalName') {
      const unavailable = settleFamilies(service);
      if (unavailable.length) throw invalidService(service, unavailable);
    }
    if (!wantsClusterIp(service)) return;
    const { addresses } = this.options;
    const chosen = spec.clusterIPs?.[0] || spec.clusterIP;
    let address = chosen ? ipv4ToNumber(chosen) : undefined;
    if (chosen) {
      if (address !== undefined && held.has(address)) return;
      const range = addresses.range.text;
      if (address === undefined || !addresses.contains(address)) {
        const why =
          this.options.emulated < RANGES_ARE_OBJECTS
            ? `provided IP is not in the valid range. The range of valid IPs is ${range}`
            : 'the provided network does not match the current range';
        throw this.addressError(service, chosen, why);
      }
      if (!(await addresses.allocate(address, ownerOf(service))))
        throw this.addressError(service, chosen, 'provided IP is already allocated');
    } else {
      address = await addresses.allocateNext(ownerOf(service));
      if (address === undefined) throw internalError(new Error('failed to allocate a serviceIP: range is full'));
    }
    taken.push(address);
    spec.clusterIP = numberToIpv4(address);
    spec.clusterIPs = [spec.clusterIP];
  }

  private addressError(service: corev1.Service, address: string, why: string): StatusError {
    const { emulated } = this.options;
    const detail =
      emulated < 24
        ? `failed to allocated ip:${address} with error:${why}`
        : `failed to allocate IP ${address}: ${why}`;
    const message = `Invalid value: []string{${JSON.stringify(address)}}: ${detail}`;
    return invalidService(service, [{ reason: 'FieldValueInvalid', field: 'spec.clusterIPs', message }]);
  }

  private async takePorts(service: corev1.Service, held: ReadonlySet<number>, taken: number[]): Promise<void> {
    const list = service.spec?.ports ?? [];
    if (service.spec?.type !== 'NodePort' && service.spec?.type !== 'LoadBalancer') return;
    for (const plan of planNodePorts(list, held, wantsNodePorts(service))) {
      const port = list[plan.index]!;
      if ('same' in plan) {
        port.nodePort = list[plan.same]!.nodePort;
      } else if ('take' in plan) {
        await this.takePort(service, plan.index, plan.take);
        taken.push(plan.take);
      } else {
        port.nodePort = await this.anyPort(service, 'failed to allocate a nodePort');
        taken.push(port.nodePort);
      }
    }
  }

  private async takePort(service: corev1.Service, index: number, port: number): Promise<void> {
    const { ports } = this.options;
    const why = !ports.contains(port)
      ? `provided port is not in the valid range. The range of valid ports is ${ports.range.text}`
      : (await ports.allocate(port, ownerOf(service)))
        ? undefined
        : 'provided port is already allocated';
    if (!why) return;
    const finding = field.invalid(Path.at('spec', 'ports').index(index).child('nodePort'), port, why);
    throw invalidService(service, [finding]);
  }

  private async takeHealthCheckPort(
    service: corev1.Service,
    held: ReadonlySet<number>,
    taken: number[],
  ): Promise<void> {
    const spec = service.spec!;
    const { ports } = this.options;
    if (!wantsHealthCheckPort(service)) {
      delete spec.healthCheckNodePort;
      return;
    }
    const chosen = spec.healthCheckNodePort;
    if (chosen && held.has(chosen)) return;
    if (chosen && !(ports.contains(chosen) && (await ports.allocate(chosen, ownerOf(service))))) {
      throw internalError(
        new Error(`failed to allocate requested HealthCheck NodePort ${chosen}: provided port is already allocated`),
      );
    }
    spec.healthCheckNodePort = chosen || (await this.anyPort(service, 'failed to allocate a HealthCheck NodePort'));
    taken.push(spec.healthCheckNodePort);
  }

  private async anyPort(service: corev1.Service, failure: string): Promise<number> {
    const port = await this.options.ports.allocateNext(ownerOf(service));
    if (port === undefined) throw internalError(new Error(`${failure}: range is full`));
    return port;
  }
}

const ownerOf = ({ metadata }: corev1.Service): Owner => ({
  namespace: metadata?.namespace ?? '',
  name: metadata?.name ?? '',
});

const invalidService = ({ metadata }: corev1.Service, findings: readonly FieldError[]) =>
  field.invalidObject({ group: '', kind: 'Service' }, metadata?.name ?? '', findings);
