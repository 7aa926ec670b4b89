import type { UserInfo } from '@navarch/apimachinery';
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** users remembers who a connection is: its certificate does not change. null: nobody. */
const users = new WeakMap<TLSSocket, UserInfo | null>();

/** userOfCertificate is who a client certificate is about: CN the user, each O a group. undefined without a certificate that the client CA signed. */
export function userOfCertificate(socket: TLSSocket): UserInfo | undefined {
  let user = users.get(socket);
  if (user === undefined) users.set(socket, (user = read(socket)));
  return user ?? undefined;
}

function read(socket: TLSSocket): UserInfo | null {
  if (!socket.authorized) return null;
  const { subject } = socket.getPeerCertificate();
  return userOfSubject(subject);
}

/** userOfSubject reads a certificate's subject; null without a common name. Pure. */
export function userOfSubject(subject: PeerCertificate['subject'] | undefined): UserInfo | null {
  const name = one(subject?.CN);
  if (!name) return null;
  return { name, groups: all(subject?.O) };
}

const all = (value: string | readonly string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : [...value];
const one = (value: string | readonly string[] | undefined): string => all(value)[0] ?? '';
