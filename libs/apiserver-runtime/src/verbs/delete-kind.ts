import { defNameOf } from '@navarch/api';
import { parseApiVersion } from '@navarch/apimachinery';
import { notRegistered } from '../encoding/decode-body';

const scheme = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27';

/**
 * checkDeleteKind throws an Error for a body that is not DeleteOptions, whatever group and version it says they are of. What deletes a
 * collection knows the other kinds, and that none of them is one.
 */
export function checkDeleteKind(value: Readonly<Record<string, unknown>>, ofCollection: boolean): void {
  const kind = textOf(value['kind']);
  const apiVersion = textOf(value['apiVersion']);
  if (!kind || kind === 'DeleteOptions') return;
  if (!ofCollection) throw new Error(notRegistered(kind, apiVersion, scheme));
  const gv = parseApiVersion(apiVersion);
  if (!gv || defNameOf(gv.group, gv.version, kind) === undefined) throw new Error(notRegistered(kind, apiVersion));
  throw new Error(`converting (${gv.version}.${kind}) to (v1.DeleteOptions): unknown conversion`);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
