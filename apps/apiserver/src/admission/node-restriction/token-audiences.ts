import type { authenticationv1, corev1, storagev1 } from '@navarch/api';
import type { AdmissionAttributes, Authorizer } from '@navarch/apiserver-runtime';
import type { Lookup } from '../../lookup';

export interface TokenAudiencesParts {
  readonly claims: Lookup<corev1.PersistentVolumeClaim>;
  readonly volumes: Lookup<corev1.PersistentVolume>;
  readonly drivers: Lookup<storagev1.CSIDriver>;
  readonly authorizer: Authorizer;
}

/**
 * TokenAudiences keeps a node to the audiences that the volumes of a pod name, itself or by their CSI driver, and to those for
 * which an authorizer allows it the verb request-serviceaccounts-token-audience.
 */
export class TokenAudiences {
  constructor(private readonly parts: TokenAudiencesParts) {}

  /** check answers why a node may not have the token that it asks for on behalf of its pod; undefined if it may. */
  async check(attributes: AdmissionAttributes, pod: corev1.Pod): Promise<string | undefined> {
    // What asks for none has null here, as the API writes an empty list of this type.
    const audiences = (attributes.object as authenticationv1.TokenRequest).spec.audiences ?? [];
    if (audiences.length > 1) return 'node may only request 0 or 1 audiences';
    const audience = audiences[0] ?? '';
    const { audiences: named, claims, drivers } = audienceSources(pod);
    if (named.has(audience)) return undefined;
    const missing: string[] = [];
    for (const claim of claims) {
      const driver = await this.driverOfClaim(attributes.namespace, claim, missing);
      if (driver) drivers.add(driver);
    }
    for (const driver of drivers) if (await this.driverAsksFor(driver, audience, missing)) return undefined;
    const quoted = JSON.stringify(audience);
    if (missing.length) return `error validating audience ${quoted}: ${aggregate(missing)}`;
    if (await this.isGranted(attributes, audience)) return undefined;
    const { name } = attributes.user;
    return `audience ${quoted} not found in pod spec volume, ${name} is not authorized to request tokens for this audience`;
  }

  private async driverOfClaim(namespace: string, name: string, missing: string[]): Promise<string | undefined> {
    const claim = await this.parts.claims(namespace, name);
    if (!claim) return notFound(missing, 'persistentvolumeclaim', name);
    const volumeName = claim.spec?.volumeName;
    if (!volumeName) return undefined;
    const volume = await this.parts.volumes('', volumeName);
    return volume ? volume.spec?.csi?.driver : notFound(missing, 'persistentvolume', volumeName);
  }

  private async driverAsksFor(name: string, audience: string, missing: string[]): Promise<boolean> {
    const driver = await this.parts.drivers('', name);
    if (driver) return (driver.spec.tokenRequests ?? []).some(asked => asked.audience === audience);
    notFound(missing, 'csidriver.storage.k8s.io', name);
    return false;
  }

  private async isGranted({ user, namespace, name }: AdmissionAttributes, audience: string): Promise<boolean> {
    const asked = { group: '', version: 'v1', resource: audience, subresource: '', namespace, name, path: '' };
    const verb = 'request-serviceaccounts-token-audience';
    const decision = await this.parts.authorizer.authorize({ user, verb, isResourceRequest: true, ...asked });
    return decision.outcome === 'allow';
  }
}

/** audienceSources are the audiences that a pod's volumes name, and the claims and CSI drivers that may name others. Pure. */
export function audienceSources(pod: corev1.Pod) {
  const audiences = new Set<string>();
  const claims = new Set<string>();
  const drivers = new Set<string>();
  for (const volume of pod.spec?.volumes ?? []) {
    for (const { serviceAccountToken } of volume.projected?.sources ?? []) {
      if (serviceAccountToken) audiences.add(serviceAccountToken.audience ?? '');
    }
    if (volume.persistentVolumeClaim) claims.add(volume.persistentVolumeClaim.claimName);
    if (volume.ephemeral) claims.add(`${pod.metadata?.name}-${volume.name}`);
    if (volume.csi) drivers.add(volume.csi.driver);
  }
  return { audiences, claims, drivers };
}

function notFound(missing: string[], kind: string, name: string): undefined {
  missing.push(`${kind} ${JSON.stringify(name)} not found`);
}

const aggregate = (texts: readonly string[]) => (texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`);
