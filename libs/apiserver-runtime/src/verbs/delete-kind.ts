import { isRecord } from '@navarch/apimachinery';
import { notRegistered } from '../encoding/decode-body';
import { plainFailure } from '../status-response';

const scheme = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';

/** checkDeleteKind refuses a body that is not DeleteOptions, which every group and version knows. */
export function checkDeleteKind(value: unknown, groupVersions: ReadonlySet<string>): void {
  if (!isRecord(value)) return;
  const kind = typeof value['kind'] === 'string' ? value['kind'] : '';
  const apiVersion = typeof value['apiVersion'] === 'string' ? value['apiVersion'] : '';
  if (kind && kind !== 'DeleteOptions') throw plainFailure(notRegistered(kind, apiVersion, scheme));
  if (apiVersion && apiVersion !== 'meta.k8s.io/v1' && !groupVersions.has(apiVersion)) {
    throw plainFailure(notRegistered('DeleteOptions', apiVersion, scheme));
  }
}
