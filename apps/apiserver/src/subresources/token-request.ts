import type { authenticationv1, corev1 } from '@navarch/api';
import { badRequest, conflict, field, notFound, Path, type FieldError, type ObjectMeta } from '@navarch/apimachinery';
import { rfc3339 } from '@navarch/base';
import { readObject, respondObject, type SubresourceHandler, type ApiServer } from '@navarch/apiserver-runtime';
import { subresourceAttributes } from '../admission/subresource-attributes';
import type { Lookup } from '../lookup';
import type { TokenBinding, TokenIssuer } from '../authn/tokens/token-issuer';

const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3600;
const KIND = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
/** NAMED is the first release whose answers say for which account they are, and since when. */
const NAMED = 21;

export interface TokenRequestParts {
  readonly issuer: TokenIssuer;
  readonly accounts: Lookup<corev1.ServiceAccount>;
  readonly pods: Lookup<corev1.Pod>;
  readonly secrets: Lookup<corev1.Secret>;
  readonly nodes: Lookup<corev1.Node>;
  readonly admit: ApiServer['admit'];
  readonly emulated: number;
}

/** tokenRequestHandler serves POST serviceaccounts/token: a signed token, bound to what the request names. */
export function tokenRequestHandler(parts: TokenRequestParts): SubresourceHandler {
  return async context => {
    const { namespace, name } = context.info;
    const { emulated } = parts;
    const apiVersions = ['authentication.k8s.io/v1'];
    const { object: request, ownersAt } = await readObject<authenticationv1.TokenRequest>(context, {
      apiVersions,
      kind: 'TokenRequest',
      emulated,
    });
    const spec = (request.spec ??= { audiences: [] });
    spec.expirationSeconds ??= DEFAULT_SECONDS;
    const find = async () => {
      const account = await parts.accounts(namespace, name);
      if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, name);
      return account;
    };
    const now = Date.now();
    const managedFields = ownersAt(now);
    request.metadata = { ...request.metadata, ...(managedFields && { managedFields }) };
    let account: corev1.ServiceAccount | undefined;
    if (emulated >= NAMED) {
      const errors = checkMetadata(request.metadata ?? {}, namespace, name);
      if (errors.length) throw field.invalidObject(KIND, name, errors);
      account = await find();
    }
    await parts.admit(subresourceAttributes(context, 'CREATE', { ...KIND, version: 'v1' }, request));
    const errors = checkExpiration(spec.expirationSeconds);
    if (errors.length) throw field.invalidObject(KIND, '', errors);
    // Admission sees what was asked for: no audience stands for this API, and volumes name it in the same way.
    spec.audiences = spec.audiences?.length ? spec.audiences : [...parts.issuer.defaultAudiences];
    const granted = parts.issuer.shorten(spec.expirationSeconds);
    if (granted < spec.expirationSeconds)
      context.warn(`requested expiration of ${spec.expirationSeconds} seconds shortened to ${granted} seconds`);
    spec.expirationSeconds = granted;
    account ??= await find();
    const binding = spec.boundObjectRef ? await bindingOf(parts, namespace, name, spec.boundObjectRef) : undefined;
    const issued = await parts.issuer.issue(
      account,
      { audiences: spec.audiences, expirationSeconds: spec.expirationSeconds },
      binding,
    );
    const answer = {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { ...request.metadata, ...(emulated >= NAMED && { name, namespace, creationTimestamp: rfc3339(now) }) },
      spec: {
        audiences: spec.audiences,
        expirationSeconds: spec.expirationSeconds,
        ...(spec.boundObjectRef && { boundObjectRef: spec.boundObjectRef }),
      },
      status: { token: issued.token, expirationTimestamp: rfc3339(issued.expiresAtMs) },
    };
    return respondObject(context, 201, answer, emulated);
  };
}

/** checkMetadata: a request is about the account at whose endpoint it is made. */
function checkMetadata(metadata: ObjectMeta, namespace: string, name: string): FieldError[] {
  const fits = { name, namespace };
  return (['name', 'namespace'] as const)
    .filter(part => metadata[part] && metadata[part] !== fits[part])
    .slice(0, 1)
    .map(part =>
      field.invalid(Path.at('metadata', part), metadata[part], `must match the service account ${part} if specified`),
    );
}

function checkExpiration(seconds: number): FieldError[] {
  const path = Path.at('spec', 'expirationSeconds');
  if (seconds < MIN_SECONDS) return [field.invalid(path, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > MAX_SECONDS)
    return [field.invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

async function bindingOf(
  { pods, secrets, nodes, emulated }: TokenRequestParts,
  namespace: string,
  account: string,
  ref: authenticationv1.BoundObjectReference,
): Promise<TokenBinding> {
  const name = ref.name ?? '';
  const kind = ref.kind as TokenBinding['kind'];
  if (ref.apiVersion?.includes('/') || !(kind === 'Pod' || kind === 'Secret' || (kind === 'Node' && emulated >= 31))) {
    throw badRequest(`cannot bind token to object of type ${typeName(ref.apiVersion ?? '', ref.kind ?? '')}`);
  }
  if (!name) throw badRequest('Name parameter required.');
  const found =
    kind === 'Pod'
      ? await pods(namespace, name)
      : kind === 'Secret'
        ? await secrets(namespace, name)
        : await nodes('', name);
  if (!found) throw notFound({ group: '', resource: `${kind.toLowerCase()}s` }, name);
  const uid = found.metadata!.uid!;
  if (ref.uid && ref.uid !== uid) {
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', resource: kind }, name, why);
  }
  if (kind !== 'Pod') return { kind, name, uid };
  const { spec } = found as corev1.Pod;
  const own = spec?.serviceAccountName ?? '';
  if (own !== account)
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  const node = spec?.nodeName
    ? { name: spec.nodeName, uid: (await nodes('', spec.nodeName))?.metadata?.uid }
    : undefined;
  return { kind, name, uid, ...(node && { node: { name: node.name, ...(node.uid && { uid: node.uid }) } }) };
}

/** typeName renders a type as messages do: `/v1, Kind=ConfigMap`. */
function typeName(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return `${group}/${version}, Kind=${kind}`;
}
