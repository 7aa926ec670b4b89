import { Secrets, ServiceAccounts, type corev1 } from '@navarch/api';
import {
  isDeleting,
  isNotFound,
  isStatus,
  keyString,
  objectKey,
  randomSuffix,
  type ObjectKey,
} from '@navarch/apimachinery';
import { Controller, enqueueObject, retryOnConflict, type Runnable } from '@navarch/controller-runtime';
import { standard, type ControllerContext } from '../../context';
import { isNamespaceTerminating } from '../../shared/pod-control';
import { ACCOUNT_NAME, ACCOUNT_UID, TOKEN_TYPE, accountNameOf, belongsTo, filled } from './plan';
import { TokenSigner } from './token';

/**
 * startServiceAccountToken fills Secrets of type kubernetes.io/service-account-token, deletes them with their account, and, for
 * servers that behave as a release up to 1.23, makes one for each account. Without a key it does nothing.
 */
export function startServiceAccountToken(context: ControllerContext): Runnable[] {
  const { serviceAccountKey, rootCa } = context.settings;
  if (!serviceAccountKey) return [];
  const signer = new TokenSigner(serviceAccountKey);
  const accounts = context.informers.informer(ServiceAccounts);
  const secrets = context.informers.informer(Secrets, { fieldSelector: `type=${TOKEN_TYPE}` });
  const [accountClient, secretClient] = [context.client.resource(ServiceAccounts), context.client.resource(Secrets)];
  const filling = new Controller({
    ...standard(context),
    name: 'serviceaccount_tokens_secret',
    waitFor: [accounts, secrets],
    reconcile: fill,
  });
  const making = new Controller({
    ...standard(context),
    name: 'serviceaccount_tokens_service',
    waitFor: [accounts, secrets],
    reconcile: make,
  });

  async function fill({ namespace, name }: ObjectKey): Promise<void> {
    const cached = secrets.get(namespace, name);
    const accountName = cached && accountNameOf(cached);
    if (!accountName || isDeleting(cached)) return;
    const account = accounts.get(namespace, accountName) ?? (await live(accountClient.get(namespace, accountName)));
    if (!account || !belongsTo(cached, account)) return remove(cached);
    const missing = filled(cached, account, rootCa, '');
    if (!missing) return;
    const token = await signer.sign(account, name);
    await retryOnConflict(async () => {
      const fresh = await live(secretClient.get(namespace, name));
      const update = fresh && fresh.metadata?.uid === cached.metadata?.uid && filled(fresh, account, rootCa, token);
      if (update) await secretClient.update(update);
    });
  }

  async function make({ namespace, name }: ObjectKey): Promise<void> {
    const account = accounts.get(namespace, name);
    if (!account || isDeleting(account)) {
      for (const secret of secrets.list(namespace))
        if (accountNameOf(secret) === name) filling.queue.add(keyOf(secret));
      for (const [secret, key] of gone) if (key === keyString({ namespace, name })) gone.delete(secret);
      return;
    }
    await forgetGone(account);
    if (!(await context.release()).has('mintedTokens') || hasToken(account)) return;
    const fresh = await live(accountClient.get(namespace, name));
    // The cache may be behind our own last write.
    if (!fresh || fresh.metadata?.resourceVersion !== account.metadata?.resourceVersion)
      return making.queue.addAfter(keyOf(account), 1000);
    const secret = await create(fresh);
    if (!secret) return;
    try {
      await accountClient.update({ ...fresh, secrets: [...(fresh.secrets ?? []), { name: secret.metadata?.name }] });
    } catch (error) {
      await remove(secret);
      if (!isNotFound(error)) throw error;
    }
  }

  async function create(account: corev1.ServiceAccount): Promise<corev1.Secret | undefined> {
    const { namespace, name = '', uid = '' } = account.metadata ?? {};
    const secretName = `${name}-token-${randomSuffix()}`;
    const annotations = { [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid };
    const empty: corev1.Secret = { metadata: { namespace, name: secretName, annotations }, type: TOKEN_TYPE };
    const token = await signer.sign(account, secretName);
    try {
      return await secretClient.create(filled(empty, account, rootCa, token) ?? empty);
    } catch (error) {
      if (isNamespaceTerminating(error)) return undefined;
      throw error;
    }
  }

  /** forgetGone takes references to token secrets that we saw go out of the account. */
  const gone = new Map<string, string>();
  async function forgetGone({ metadata, secrets: references = [] }: corev1.ServiceAccount): Promise<void> {
    const { namespace = '', name = '', uid } = metadata ?? {};
    const lost = references.filter(reference => gone.has(`${namespace}/${reference.name}`)).map(({ name }) => name);
    for (const secret of lost) {
      await retryOnConflict(async () => {
        const fresh = await live(accountClient.get(namespace, name));
        if (fresh?.metadata?.uid !== uid || !fresh?.secrets?.some(reference => reference.name === secret)) return;
        await accountClient.update({ ...fresh, secrets: fresh.secrets.filter(reference => reference.name !== secret) });
      });
      gone.delete(`${namespace}/${secret}`);
    }
  }

  const hasToken = ({ metadata, secrets: references = [] }: corev1.ServiceAccount) =>
    references.some(({ name = '' }) => {
      const secret = secrets.get(metadata?.namespace ?? '', name);
      return secret !== undefined && accountNameOf(secret) === metadata?.name;
    });

  async function remove({ metadata }: corev1.Secret): Promise<void> {
    const { namespace = '', name = '', uid } = metadata ?? {};
    try {
      await secretClient.delete(namespace, name, { preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error) && !isStatus(error, 'Conflict')) throw error;
    }
  }

  accounts.addHandler(enqueueObject(making.queue));
  secrets.addHandler(enqueueObject(filling.queue));
  secrets.addHandler({
    deleted: secret => {
      const { namespace = '', name } = secret.metadata ?? {};
      const account = accounts.get(namespace, accountNameOf(secret) ?? '');
      if (!account?.secrets?.some(reference => reference.name === name)) return;
      gone.set(`${namespace}/${name}`, keyOf(account));
      making.queue.add(keyOf(account));
    },
  });
  return [
    { name: 'serviceaccount_tokens_secret', run: signal => filling.run(signal) },
    { name: 'serviceaccount_tokens_service', run: signal => making.run(signal) },
  ];
}

const keyOf = (object: corev1.Secret | corev1.ServiceAccount) => keyString(objectKey(object));

/** live answers undefined for what the server does not have. */
async function live<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
