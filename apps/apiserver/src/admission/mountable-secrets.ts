import type { corev1 } from '@navarch/api';

const ENVIRONMENTS_SINCE = 27;
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';

/**
 * secretBeyondAccount says which secret a pod uses that its account does not list, where the account's annotation restricts it to those;
 * undefined if there is none. `added`: only the ephemeral containers, which were added to a running pod. Up to 1.26 whole environments
 * (envFrom) went unnoticed. Pure.
 */
export function secretBeyondAccount(
  pod: corev1.Pod,
  account: corev1.ServiceAccount,
  { added, emulated }: { readonly added: boolean; readonly emulated: number },
): string | undefined {
  if (account.metadata?.annotations?.[ENFORCE] !== 'true' || !pod.spec) return undefined;
  const mountable = new Set((account.secrets ?? []).map(secret => secret.name));
  const why = (what: string, secret: string | undefined) =>
    `${what} secret.secretName="${secret}" is not allowed because service account ${account.metadata?.name} does not reference that secret`;
  const { volumes = [], initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec;
  for (const { secret } of added ? [] : volumes) {
    if (secret && !mountable.has(secret.secretName)) return why('volume with', secret.secretName);
  }
  const sorts = added
    ? [['ephemeral container', ephemeralContainers] as const]
    : [['init container', initContainers] as const, ['container', containers] as const];
  for (const [sort, list] of sorts) {
    for (const container of list) {
      const used = secretsOf(container, emulated >= ENVIRONMENTS_SINCE).find(({ secret }) => !mountable.has(secret));
      if (used) return why(`${sort} ${container.name} with ${used.by} referencing`, used.secret);
    }
  }
  return added ? undefined : pullSecretBeyondAccount(pod.spec, account);
}

function pullSecretBeyondAccount(spec: corev1.PodSpec, account: corev1.ServiceAccount): string | undefined {
  const pullable = new Set((account.imagePullSecrets ?? []).map(secret => secret.name));
  const i = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pullable.has(name));
  if (i < 0) return undefined;
  return `imagePullSecrets[${i}].name="${spec.imagePullSecrets![i]!.name}" is not allowed because service account ${account.metadata?.name} does not reference that imagePullSecret`;
}

/** secretsOf are the secrets of a container's environment, and what names them. */
function secretsOf(
  { env = [], envFrom = [] }: corev1.Container | corev1.EphemeralContainer,
  withEnvironments: boolean,
) {
  return [
    ...env.flatMap(({ name, valueFrom }) =>
      valueFrom?.secretKeyRef ? [{ by: `envVar ${name}`, secret: valueFrom.secretKeyRef.name }] : [],
    ),
    ...(withEnvironments ? envFrom : []).flatMap(({ secretRef }) =>
      secretRef ? [{ by: 'envFrom', secret: secretRef.name }] : [],
    ),
  ];
}
