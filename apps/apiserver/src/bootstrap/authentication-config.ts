import type { corev1 } from '@navarch/api';
import type { RequestHeaderOptions } from '../authn/request-header';
import type { Credentials } from '../credentials/credentials';
import type { Store } from '@navarch/apiserver-runtime';
import { ensure } from './ensure';

const NAME = 'extension-apiserver-authentication';

/** AuthenticationConfig is what extension API servers need to know to believe us and our clients. */
export interface AuthenticationConfig {
  readonly credentials: Pick<Credentials, 'clientCa' | 'proxyCa'>;
  readonly requestHeader: RequestHeaderOptions;
}

/** ensureAuthenticationConfig makes ConfigMap kube-system/extension-apiserver-authentication say what the flags and CA files say. */
export async function ensureAuthenticationConfig(
  configMaps: Store<corev1.ConfigMap>,
  config: AuthenticationConfig,
): Promise<void> {
  const data = authenticationData(config);
  const metadata = { name: NAME, namespace: 'kube-system' };
  await ensure(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  await configMaps.update('kube-system', NAME, map => {
    map.data = { ...map.data, ...data };
  });
}

/** authenticationData is the ConfigMap's content; lists are JSON. Pure. */
export function authenticationData({ credentials, requestHeader }: AuthenticationConfig): Record<string, string> {
  const clientCa = credentials.clientCa.current;
  const proxyCa = credentials.proxyCa.current;
  const list = (values: readonly string[]) => JSON.stringify(values);
  return {
    ...(clientCa && { 'client-ca-file': clientCa.pem }),
    ...(proxyCa && {
      'requestheader-client-ca-file': proxyCa.pem,
      'requestheader-allowed-names': list(requestHeader.allowedNames),
      'requestheader-username-headers': list(requestHeader.usernameHeaders),
      'requestheader-group-headers': list(requestHeader.groupHeaders),
      'requestheader-extra-headers-prefix': list(requestHeader.extraPrefixes),
    }),
  };
}
