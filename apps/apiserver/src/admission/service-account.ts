import type { corev1 } from '@navarch/api';
import { StatusError } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '@navarch/apiserver-runtime';
import { MIRROR_ANNOTATION, podReferences } from '../authz/node/pod-references';
import type { Lookup } from '../lookup';
import { secretBeyondAccount } from './mountable-secrets';
import { isResource, refuse, resourceName } from './refuse';

/** TOKEN_MOUNT_PATH is where client libraries look for the token. */
export const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

const LEGACY_TOKENS_UNTIL = 21;
const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

export interface ServiceAccountOptions {
  /** accounts finds a service account; for `default` it may wait a moment, since a controller makes it after its namespace. */
  readonly accounts: Lookup<corev1.ServiceAccount>;
  readonly secrets: Lookup<corev1.Secret>;
  /** emulated: before 1.21 the account's token Secret is mounted, and it has to have one. */
  readonly emulated: number;
}

/** ServiceAccountAdmission gives each pod an account, the account's pull secrets and a mounted token. */
export class ServiceAccountAdmission implements AdmissionPlugin {
  readonly name = 'ServiceAccount';

  constructor(private readonly options: ServiceAccountOptions) {}

  /** handles new pods, and containers that are added to running ones. */
  handles(attributes: AdmissionAttributes): boolean {
    if (attributes.operation === 'CREATE') return isResource(attributes, 'pods');
    return isEphemeral(attributes);
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    if (isEphemeral(attributes)) return;
    const pod = attributes.object as corev1.Pod;
    const spec = (pod.spec ??= { containers: [] });
    if (isMirror(pod)) return validateMirrorPod(attributes, pod);
    const name = spec.serviceAccountName || 'default';
    spec.serviceAccountName = name;
    spec.serviceAccount = name;
    const { namespace } = attributes;
    const account = await this.options.accounts(namespace, name);
    if (!account) throw unknownAccount(attributes, name);
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
      const isLegacy = this.options.emulated < LEGACY_TOKENS_UNTIL;
      mountToken(pod, isLegacy ? secretVolume(pod, await this.tokenSecret(namespace, account)) : projectedVolume());
    }
    if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      spec.imagePullSecrets = account.imagePullSecrets.map(reference => ({ ...reference }));
    }
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    const pod = attributes.object as corev1.Pod;
    if (isMirror(pod)) return validateMirrorPod(attributes, pod);
    const name = pod.spec?.serviceAccountName ?? '';
    const account = await this.options.accounts(attributes.namespace, name);
    if (!account) throw unknownAccount(attributes, name);
    const why = secretBeyondAccount(pod, account, { added: isEphemeral(attributes), emulated: this.options.emulated });
    if (why) throw refuse(attributes, why);
  }

  /** tokenSecret is the first Secret of the account that holds a token for it. Without one a pod has to wait: a controller makes it. */
  private async tokenSecret(namespace: string, account: corev1.ServiceAccount): Promise<string> {
    for (const { name } of account.secrets ?? []) {
      const secret = name ? await this.options.secrets(namespace, name) : undefined;
      if (secret?.type !== 'kubernetes.io/service-account-token') continue;
      if (secret.metadata?.annotations?.['kubernetes.io/service-account.uid'] === account.metadata?.uid) return name!;
    }
    throw noToken(account.metadata?.name ?? '');
  }
}

function isEphemeral(attributes: AdmissionAttributes): boolean {
  return (
    attributes.operation === 'UPDATE' &&
    attributes.subresource === 'ephemeralcontainers' &&
    resourceName(attributes) === 'pods'
  );
}

function isMirror({ metadata }: corev1.Pod): boolean {
  return metadata?.annotations?.[MIRROR_ANNOTATION] !== undefined;
}

function unknownAccount(attributes: AdmissionAttributes, name: string) {
  return refuse(
    attributes,
    `error looking up service account ${attributes.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
  );
}

function noToken(name: string): StatusError {
  const message = `No API token found for service account ${JSON.stringify(name)}, retry after the token is automatically created and added to the service account`;
  const details = { name: 'create pod', kind: 'serviceaccounts', retryAfterSeconds: 1 };
  return new StatusError(500, 'ServerTimeout', message, details);
}

/** validateMirrorPod: the image of a static pod must not give its node what the API would. */
function validateMirrorPod(attributes: AdmissionAttributes, pod: corev1.Pod): void {
  if (pod.spec?.serviceAccountName) throw refuse(attributes, 'a mirror pod may not reference service accounts');
  const { [MIRROR_ANNOTATION]: _mark, ...annotations } = pod.metadata?.annotations ?? {};
  const asNormalPod = { ...pod, metadata: { ...pod.metadata, annotations } };
  if (podReferences(asNormalPod).some(reference => reference.kind === 'secret')) {
    throw refuse(attributes, 'a mirror pod may not reference secrets');
  }
  if (pod.spec?.volumes?.some(volume => volume.projected?.sources?.some(source => source.serviceAccountToken))) {
    throw refuse(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
  }
}

/** mountToken mounts the volume into every container that has nothing at the path yet; the pod gets the volume if one does. */
function mountToken(pod: corev1.Pod, volume: corev1.Volume): void {
  const spec = pod.spec!;
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (container.volumeMounts?.some(mount => mount.mountPath === TOKEN_MOUNT_PATH)) continue;
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: volume.name, readOnly: true, mountPath: TOKEN_MOUNT_PATH },
    ];
    used = true;
  }
  if (used && !spec.volumes?.some(there => there.name === volume.name))
    spec.volumes = [...(spec.volumes ?? []), volume];
}

/** secretVolume is the pod's own volume of this secret, if it has one, else one named like the secret, whose dots a volume cannot have. */
function secretVolume(pod: corev1.Pod, secretName: string): corev1.Volume {
  const volumes = pod.spec?.volumes ?? [];
  const own = volumes.find(volume => volume.secret?.secretName === secretName);
  if (own) return own;
  const plain = secretName.replaceAll('.', '-');
  const name = volumes.some(volume => volume.name === plain) ? `${plain}-${randomSuffix()}` : plain;
  return { name, secret: { secretName, defaultMode: 0o644 } };
}

function projectedVolume(): corev1.Volume {
  return {
    name: `kube-api-access-${randomSuffix()}`,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}

function randomSuffix(): string {
  return Array.from({ length: 5 }, () => SUFFIX_LETTERS[Math.floor(Math.random() * SUFFIX_LETTERS.length)]).join('');
}
