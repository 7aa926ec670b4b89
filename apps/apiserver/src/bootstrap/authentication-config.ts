import type { corev1 } from '@navarch/api';
import type { Store } from '@navarch/apiserver-runtime';
import { ensure } from './ensure';

const NAME = 'extension-apiserver-authentication';

/** AuthenticationConfig is what extension API servers need to know to believe us and our clients. */
export interface AuthenticationConfig {
  readonly clientCa?: string;
  readonly requestHeader?: {
    readonly clientCa?: string;
    readonly allowedNames: readonly string[];
    readonly usernameHeaders: readonly string[];
    readonly groupHeaders: readonly string[];
    readonly extraPrefixes: readonly string[];
  };
}

/** ensureAuthenticationConfig keeps ConfigMap kube-system/extension-apiserver-authentication as the flags say. */
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
export function authenticationData({ clientCa, requestHeader }: AuthenticationConfig): Record<string, string> {
  const list = (values: readonly string[]) => JSON.stringify(values);
  return {
    ...(clientCa && { 'client-ca-file': clientCa }),
    ...(requestHeader?.clientCa && {
      'requestheader-client-ca-file': requestHeader.clientCa,
      'requestheader-allowed-names': list(requestHeader.allowedNames),
      'requestheader-username-headers': list(requestHeader.usernameHeaders),
      'requestheader-group-headers': list(requestHeader.groupHeaders),
      'requestheader-extra-headers-prefix': list(requestHeader.extraPrefixes),
    }),
  };
}
