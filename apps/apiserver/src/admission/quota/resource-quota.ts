import type { corev1 } from '@navarch/api';
import { KeyedMutex } from '@navarch/base';
import type { AdmissionAttributes, AdmissionPlugin, Store } from '@navarch/apiserver-runtime';
import { groupResource, refuse } from '../refuse';
import type { Amounts } from '@navarch/component-helpers';
import { charge, increase, rise, uncounted } from './charge';
import { uncovered, type LimitedResource } from './limited-resources';
import { hasScopes, scopesMatch } from './scopes';
import { mustSpecify, usageOf } from './usage';

/** OF_UPDATES are the resources whose objects may use more after an update. */
const OF_UPDATES = ['services', 'persistentvolumeclaims'];
const UNCOUNTED_GROUPS = ['authorization.k8s.io', 'authentication.k8s.io'];

/**
 * ResourceQuotaAdmission charges writes to their namespace's quotas before they happen, by compare and swap on the quotas' status,
 * so that several apiservers together give out no more than there is. What is not written after all, the controller counts back.
 */
export class ResourceQuotaAdmission implements AdmissionPlugin {
  readonly name = 'ResourceQuota';
  private readonly mutex = new KeyedMutex();

  constructor(
    private readonly quotas: (namespace: string) => readonly corev1.ResourceQuota[],
    private readonly store: () => Store<corev1.ResourceQuota>,
    private readonly emulated: number,
    /** limited are resources that nobody uses without a quota for them. */
    private readonly limited: readonly LimitedResource[] = [],
  ) {}

  handles(attributes: AdmissionAttributes): boolean {
    const { operation, subresource, namespace, resource } = attributes;
    if (subresource || !namespace || UNCOUNTED_GROUPS.includes(resource.group)) return false;
    if (operation === 'CREATE')
      return !(resource.resource === 'events' || (resource.group === '' && resource.resource === 'bindings'));
    return operation === 'UPDATE' && resource.group === '' && OF_UPDATES.includes(resource.resource);
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const { namespace } = attributes;
    if (!this.quotas(namespace).length && !this.limited.length) return;
    // One after the other within this process: who waits here does not lose a race in etcd.
    await this.mutex.run(namespace, () => this.chargeAll(attributes));
  }

  /** chargeAll lets each quota that is concerned say no before it charges the first. */
  private async chargeAll(attributes: AdmissionAttributes): Promise<void> {
    const { namespace } = attributes;
    const subject = groupResource(attributes);
    const now = usageOf({ ...subject, object: attributes.object! });
    const delta = attributes.oldObject
      ? rise(increase(now, usageOf({ ...subject, object: attributes.oldObject })))
      : now;
    const concerned = await this.concerned(attributes, delta);
    for (const quota of concerned) this.checkCounted(attributes, quota, delta);
    const missing = uncovered(this.limited, { ...subject, object: attributes.object! }, delta, concerned);
    if (missing) throw refuse(attributes, missing);
    const touched = concerned.filter(quota => chargedTo(attributes, quota, delta));
    if (attributes.dryRun) return;
    const charged: string[] = [];
    try {
      for (const { metadata } of touched) {
        await this.chargeOne(attributes, metadata!.name!, delta);
        charged.push(metadata!.name!);
      }
    } catch (error) {
      for (const name of charged) await this.giveBack(namespace, name, delta);
      throw error;
    }
  }

  /** concerned are the quotas that the write is about as they are now, by name. */
  private async concerned(attributes: AdmissionAttributes, delta: Amounts): Promise<corev1.ResourceQuota[]> {
    const { namespace } = attributes;
    const names = this.quotas(namespace)
      .filter(quota => isAbout(quota, attributes, delta))
      .map(quota => quota.metadata!.name!);
    const found = await Promise.all(names.sort().map(name => this.store().get(namespace, name)));
    return found.filter(quota => quota !== undefined);
  }

  private async chargeOne(attributes: AdmissionAttributes, name: string, delta: Amounts): Promise<void> {
    await this.store().update(attributes.namespace, name, current => {
      this.checkCounted(attributes, current, delta);
      const used = chargedTo(attributes, current, delta);
      return used ? { ...current, status: { ...current.status, used } } : current;
    });
  }

  /** checkCounted throws 403 where a pod leaves out what the quota limits, or the controller has not counted yet. */
  private checkCounted(attributes: AdmissionAttributes, quota: corev1.ResourceQuota, delta: Amounts): void {
    const name = quota.metadata!.name!;
    if (isPod(attributes)) {
      const missing = mustSpecify(attributes.object as corev1.Pod, Object.keys(quota.status?.hard ?? {}));
      if (missing.size)
        throw refuse(attributes, `failed quota: ${name}: must specify ${describeMissing(missing, this.emulated)}`);
    }
    const unknown = uncounted(quota, delta.keys());
    if (unknown.length) throw refuse(attributes, `status unknown for quota: ${name}, resources: ${unknown.join(',')}`);
  }

  private async giveBack(namespace: string, name: string, delta: Amounts): Promise<void> {
    const negative = increase(new Map(), delta);
    await this.store().update(namespace, name, current => {
      const result = charge(current, negative);
      return result && 'used' in result ? { ...current, status: { ...current.status, used: result.used } } : current;
    });
  }
}

/** chargedTo answers what is used afterwards; undefined if the quota is not touched. It throws 403 where that is too much. */
function chargedTo(
  attributes: AdmissionAttributes,
  quota: corev1.ResourceQuota,
  delta: Amounts,
): Record<string, string> | undefined {
  const result = charge(quota, delta);
  if (result && 'refused' in result) throw refuse(attributes, result.refused);
  return result?.used;
}

function isAbout(quota: corev1.ResourceQuota, attributes: AdmissionAttributes, delta: Amounts): boolean {
  const pod = isPod(attributes) ? (attributes.object as corev1.Pod) : undefined;
  if (hasScopes(quota.spec) && !(pod && scopesMatch(quota.spec, pod))) return false;
  return !!pod || touched(quota, delta).length > 0;
}

const isPod = ({ resource }: AdmissionAttributes) => resource.group === '' && resource.resource === 'pods';

/** touched: until the controller has seen a quota, it limits nothing. */
const touched = (quota: corev1.ResourceQuota, delta: Amounts) =>
  Object.keys(quota.status?.hard ?? {}).filter(name => delta.has(name));

/** describeMissing names the containers too, since 1.24. */
function describeMissing(missing: ReadonlyMap<string, readonly string[]>, emulated: number): string {
  if (emulated < 24) return [...missing.keys()].join(',');
  return [...missing].map(([name, containers]) => `${name} for: ${containers.join(',')}`).join('; ');
}
