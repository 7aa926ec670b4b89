import type { corev1 } from '@navarch/api';
import { field, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import { each } from '../../../../shared/errors';

const MAX_SPEC_KIB = 64;
const MAX_DOMAIN = 256;
const MAX_USER = 104;
const NETBIOS = /^[^\\/:*?|"<>. -][^\\/:*?|"<>]{0,14}$/;
const DNS = /^[a-zA-Z0-9]+([-.][a-zA-Z0-9]+)*$/;
const ODD = '"/\\:;|=,+*?<>@[]';

/** validateWindowsOptions checks what a security context says for Windows nodes. */
export function validateWindowsOptions(
  options: corev1.WindowsSecurityContextOptions | undefined,
  path: Path,
): FieldError[] {
  if (!options) return [];
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  const at = path.child('gmsaCredentialSpec');
  return [
    ...(name === undefined ? [] : each(path.child('gmsaCredentialSpecName'), name, isDNS1123Subdomain(name))),
    ...(spec === '' ? [field.invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string')] : []),
    ...(Buffer.byteLength(spec ?? '') > MAX_SPEC_KIB * 1024
      ? [field.invalid(at, spec, `gmsaCredentialSpec size must be under ${MAX_SPEC_KIB} KiB`)]
      : []),
    ...(user === undefined ? [] : each(path.child('runAsUserName'), user, userProblems(user))),
  ];
}

function userProblems(text: string): string[] {
  if (!text) return ['runAsUserName cannot be an empty string'];
  if (/[\x00-\x1f\x7f]/.test(text)) return ['runAsUserName cannot contain control characters'];
  const parts = text.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [user = '', domain] = parts.reverse();
  const problems: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= MAX_DOMAIN)
      problems.push(`runAsUserName's Domain length must be under ${MAX_DOMAIN} characters`);
    if (!NETBIOS.test(domain) && !DNS.test(domain))
      problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (!user) problems.push("runAsUserName's User cannot be empty");
  else if (user.length > MAX_USER)
    problems.push(`runAsUserName's User length must not be longer than ${MAX_USER} characters`);
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if ([...user].some(c => ODD.includes(c)))
    problems.push(`runAsUserName's User cannot contain the following characters: ${ODD}`);
  return problems;
}
