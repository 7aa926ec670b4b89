import { createSecureContext, type SecureContext } from 'node:tls';

/** MAX_CONTEXTS bounds how many are remembered: one for each webhook with a CA of its own. */
const MAX_CONTEXTS = 256;

const contexts = new Map<string, SecureContext>();

/** Trust is whom we trust and what we are known by, as PEM texts; the system's authorities and nothing unless given. */
export interface Trust {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** secureContextOf is the TLS context for these, made once: reading certificates takes longer than a short request does. It throws what reading them throws. */
export function secureContextOf({ ca, cert, key }: Trust): SecureContext {
  const name = JSON.stringify([ca, cert, key]);
  let context = contexts.get(name);
  if (context) {
    // The one that was not used for longest stands first.
    contexts.delete(name);
  } else {
    context = createSecureContext({ ca, cert, key });
    for (const oldest of contexts.keys()) {
      if (contexts.size < MAX_CONTEXTS) break;
      contexts.delete(oldest);
    }
  }
  contexts.set(name, context);
  return context;
}
