/** API_SUBJECT is the root of all requests; `kube.api.<token>` is one component's, `kube.api.<token>.<server>` goes to one master. */
export const API_SUBJECT = 'kube.api';

/** INBOX is the root of all answers; `_INBOX.<token>.<session>.<n>` is one request's. */
export const INBOX = '_INBOX';

/** API_QUEUE is the queue group of the API servers: one of them gets each request. */
export const API_QUEUE = 'apiserver';

/**
 * identityToken turns an identity (`system:node:worker-1.lab`) into one token of a NATS subject. Letters, digits, `-`, `_`
 * and `:` stay; every other byte of the UTF-8 form becomes `=XX`. One to one: identityOfToken reverses it. Throws on ''.
 */
export function identityToken(identity: string): string {
  if (!identity) throw new Error('an identity is not empty');
  let token = '';
  for (const byte of Buffer.from(identity, 'utf8')) {
    const char = String.fromCharCode(byte);
    token += /[A-Za-z0-9:_-]/.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
}

/** identityOfToken reverses identityToken; undefined for what identityToken never makes. */
export function identityOfToken(token: string): string | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < token.length; i++) {
    if (token[i] !== '=') bytes.push(token.charCodeAt(i));
    else {
      bytes.push(Number.parseInt(token.slice(i + 1, i + 3), 16));
      i += 2;
    }
  }
  if (bytes.some(byte => Number.isNaN(byte) || byte > 255)) return undefined;
  const identity = Buffer.from(bytes).toString('utf8');
  return identity && identityToken(identity) === token ? identity : undefined;
}

/** requestSubject is where a component sends its requests. */
export function requestSubject(token: string): string {
  return `${API_SUBJECT}.${token}`;
}

/** directSubject is where a component speaks to the master that answers it: credit, cancellation, the rest of a long body. */
export function directSubject(token: string, server: string): string {
  return `${API_SUBJECT}.${token}.${server}`;
}

/** inboxPrefix is the prefix below which a component receives, and nobody else. */
export function inboxPrefix(token: string): string {
  return `${INBOX}.${token}`;
}

/** isInboxOf tells whether a reply subject is one request's inbox below the component's own prefix. */
export function isInboxOf(token: string, reply: string): boolean {
  const prefix = `${inboxPrefix(token)}.`;
  return reply.startsWith(prefix) && /^[A-Za-z0-9]+\.[0-9]+$/.test(reply.slice(prefix.length));
}
