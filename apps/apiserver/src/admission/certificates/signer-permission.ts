import type { UserInfo } from '@navarch/apimachinery';
import type { Authorizer } from '@navarch/apiserver-runtime';

/** maySign tells whether a user may `approve` or `sign` for a signer: by its name, or for its whole domain (`example.com/*`). */
export async function maySign(
  authorizer: Authorizer,
  user: UserInfo,
  verb: 'approve' | 'sign' | 'attest',
  signerName: string,
): Promise<boolean> {
  const domain = signerName.slice(0, Math.max(0, signerName.indexOf('/')));
  for (const name of [signerName, `${domain}/*`]) {
    const decision = await authorizer.authorize({
      user,
      verb,
      isResourceRequest: true,
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
      name,
      path: '',
    });
    if (decision.outcome === 'allow') return true;
  }
  return false;
}
