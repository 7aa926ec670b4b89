import { API_SUBJECT, INBOX, directSubject, identityToken, inboxPrefix, requestSubject } from './subjects';

/** APISERVER_IDENTITY is the certificate CN of the API servers, the only ones who may read requests. */
export const APISERVER_IDENTITY = 'system:apiserver';

/** NatsPermissions are the subjects an identity may publish to and subscribe to; nothing else. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * natsPermissions gives an identity its subjects. A component may ask in its own name only and hear its own answers only,
 * so that the subject of a request proves who sent it. `asApiServer` (true for system:apiserver) turns the table.
 */
export function natsPermissions(identity: string, asApiServer = identity === APISERVER_IDENTITY): NatsPermissions {
  if (asApiServer) return { publish: [`${INBOX}.>`], subscribe: [`${API_SUBJECT}.>`] };
  const token = identityToken(identity);
  return { publish: [requestSubject(token), directSubject(token, '*')], subscribe: [`${inboxPrefix(token)}.>`] };
}
