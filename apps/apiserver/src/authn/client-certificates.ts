import type { ApiRequest, UserInfo } from '@navarch/apimachinery';
import { userOfSubject } from '@navarch/apiserver-runtime';
import type { Clock } from '@navarch/base';
import { X509Certificate } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { Credentials } from '../credentials/credentials';
import { proxiedUser, type RequestHeaderOptions } from './request-header';

/** MAX_CHAIN bounds how many certificates of a client are looked at. */
const MAX_CHAIN = 8;

interface Peer {
  readonly user: UserInfo | undefined;
  /** isProxy: the certificate is one that --requestheader-client-ca-file signed, and its name may speak for others. */
  readonly isProxy: boolean;
  /** expires is when the certificate ends, in milliseconds since 1970. */
  readonly expires: number;
}

/** Remaining hears, with each request by certificate, how many seconds that is still good for. */
export interface Remaining {
  readonly clock: Clock;
  add(seconds: number): void;
}

/**
 * ClientCertificates knows clients by their certificates: users by the client CA, front proxies by a CA of their own. The TLS front takes
 * both; which of the two signed a certificate decides what it is good for.
 */
export class ClientCertificates {
  /** peers remembers who a connection is: its certificate does not change. */
  private readonly peers = new WeakMap<TLSSocket, Peer>();

  constructor(
    private readonly credentials: Pick<Credentials, 'clientCa' | 'proxyCa'>,
    private readonly options: RequestHeaderOptions,
    private readonly emulated: number,
    private readonly remaining?: Remaining,
  ) {}

  /** authorities are the CA certificates that the TLS front has to take; '' for none. */
  get authorities(): string {
    const { clientCa, proxyCa } = this.credentials;
    return [clientCa.current?.pem, proxyCa.current?.pem].filter(Boolean).join('\n');
  }

  /** onChange tells when the authorities are others. */
  onChange(listener: () => void): void {
    this.credentials.clientCa.onChange(listener);
    this.credentials.proxyCa.onChange(listener);
  }

  /** identify says who asks on a connection: whom its proxy names in the request's headers, or the certificate's own user. */
  readonly identify = (socket: TLSSocket, headers: ApiRequest['headers']): UserInfo | undefined => {
    let peer = this.peers.get(socket);
    if (!peer) this.peers.set(socket, (peer = this.read(socket)));
    const { remaining } = this;
    if (remaining && (peer.user || peer.isProxy)) remaining.add((peer.expires - remaining.clock.now()) / 1000);
    return (peer.isProxy ? proxiedUser(headers, this.options) : undefined) ?? peer.user;
  };

  private read(socket: TLSSocket): Peer {
    if (!socket.authorized) return { user: undefined, isProxy: false, expires: 0 };
    const chain = chainOf(socket.getPeerCertificate(true));
    const { clientCa, proxyCa } = this.credentials;
    const subject = userOfSubject(socket.getPeerCertificate().subject);
    const isClient = !!clientCa.current && signedBy(chain, clientCa.current.certificates);
    const { allowedNames } = this.options;
    return {
      user: isClient && subject ? { ...subject, ...this.credentialId(chain[0]!) } : undefined,
      isProxy:
        !!proxyCa.current &&
        signedBy(chain, proxyCa.current.certificates) &&
        // A CA that signs users as well says nothing about proxies: their names have to.
        (allowedNames.length ? allowedNames.includes(subject?.name ?? '') : !isClient),
      // Who takes an old session up without a certificate counts as authorized, too.
      expires: chain[0] ? Date.parse(chain[0].validTo) : 0,
    };
  }

  /** credentialId names the certificate, as releases from 1.32 on do. */
  private credentialId(certificate: X509Certificate): Pick<UserInfo, 'extra'> {
    if (this.emulated < 32) return {};
    const id = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    return { extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${id}`] } };
  }
}

/** signedBy tells whether one of the authorities stands at the end of a certificate's chain (own certificate first). Pure. */
export function signedBy(chain: readonly X509Certificate[], authorities: readonly X509Certificate[]): boolean {
  let current = chain[0];
  for (let i = 0; current && i < MAX_CHAIN; i++) {
    const certificate: X509Certificate = current;
    if (authorities.some(authority => isIssuedBy(certificate, authority))) return true;
    current = chain.find(other => other !== certificate && isIssuedBy(certificate, other));
  }
  return false;
}

/** isIssuedBy: names alone prove nothing, so the signature is checked too. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function chainOf(own: PeerCertificate & { issuerCertificate?: PeerCertificate }): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current: (PeerCertificate & { issuerCertificate?: PeerCertificate }) | undefined = own;
  while (current?.raw && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(current.raw));
    // A root is its own issuer.
    current = current.issuerCertificate === current ? undefined : current.issuerCertificate;
  }
  return chain;
}
