import type { UserInfo } from '@navarch/apimachinery';
import type { OutgoingHttpHeaders } from 'node:http';

const IDENTITY = /^x-remote-(user|group|uid|extra-.*)$/;

/**
 * identityHeaders name a user to another API server, which believes them because of our certificate. Names and values are UTF-8;
 * the keys of extra information are percent-encoded where a header's name could not hold them. Pure.
 */
export function identityHeaders({ name, groups, extra = {} }: UserInfo): OutgoingHttpHeaders {
  return {
    'x-remote-user': headerText(name),
    ...(groups.length && { 'x-remote-group': groups.map(headerText) }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`x-remote-extra-${headerKey(key)}`, values.map(headerText)]),
    ),
  };
}

/** withIdentity puts a user's name into headers that are passed on, in place of any that the client claimed. Pure. */
export function withIdentity(headers: OutgoingHttpHeaders, user: UserInfo): OutgoingHttpHeaders {
  const passed = Object.entries(headers).filter(([name]) => !IDENTITY.test(name));
  return { ...Object.fromEntries(passed), ...identityHeaders(user) };
}

/** headerText is a text's UTF-8 as Node writes headers: one character a byte. */
function headerText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** headerKey percent-encodes what may not stand in a header's name, and the percent sign itself. */
function headerKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map(byte => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(character)
        ? character.toLowerCase()
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
