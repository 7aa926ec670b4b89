import { isUtf8 } from 'node:buffer';
import type { corev1 } from '@navarch/api';
import {
  decodeJson,
  field,
  foundIn,
  isConfigMapKey,
  isRecord,
  Path,
  scanJson,
  type FieldError,
} from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { each, type Release } from '../../../shared/errors';

const DATA = Path.at('data');
/** NAMED is the first release whose messages all call the data by its name. */
const NAMED: Minor = 21;
const UNNAMED = Path.at('data[%s]');
const MAX_BYTES = 1024 * 1024;
const ACCOUNT = 'kubernetes.io/service-account.name';

/** validateSecret checks keys, size, and what the type asks for. */
export function validateSecret({ data = {}, type, metadata }: corev1.Secret, { emulated }: Release): FieldError[] {
  const errors = foundIn(Object.keys(data), key => each(DATA.key(key), key, isConfigMapKey(key)));
  const size = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value ?? '', 'base64'), 0);
  if (size > MAX_BYTES) errors.push(field.tooLong(DATA, MAX_BYTES, emulated));
  const called = emulated < NAMED ? UNNAMED : DATA;
  const need = (...keys: string[]) =>
    keys.filter(key => !Object.hasOwn(data, key)).map(key => field.required(DATA.key(key)));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata?.annotations?.[ACCOUNT])
        errors.push(field.required(Path.at('metadata', 'annotations').key(ACCOUNT)));
      break;
    case 'kubernetes.io/dockercfg':
      errors.push(...validateJSON(data, '.dockercfg'));
      break;
    case 'kubernetes.io/dockerconfigjson':
      errors.push(...validateJSON(data, '.dockerconfigjson'));
      break;
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password'))
        errors.push(...['username', 'password'].map(key => field.required(called.key(key))));
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(field.required(called.key('ssh-privatekey')));
      break;
    case 'kubernetes.io/tls':
      errors.push(...need('tls.crt', 'tls.key'));
      break;
    default:
      break;
  }
  return errors;
}

function validateJSON(data: Readonly<Record<string, string>>, key: string): FieldError[] {
  const value = data[key];
  if (value === undefined) return [field.required(DATA.key(key))];
  const problem = objectProblem(Buffer.from(value, 'base64'));
  return problem ? [field.invalid(DATA.key(key), '<secret contents redacted>', problem)] : [];
}

/** objectProblem is why bytes are no JSON object; empty: they are. */
function objectProblem(bytes: Buffer): string {
  try {
    const value = lenient(bytes);
    if (value === null || isRecord(value)) return '';
    const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** lenient reads JSON whose texts may hold bytes that are no UTF-8, but not what stands between them. */
function lenient(bytes: Buffer): unknown {
  if (isUtf8(bytes)) return decodeJson(bytes).value;
  scanJson(bytes.toString('latin1'));
  return decodeJson(Buffer.from(bytes.toString())).value;
}
