import { makeTokenAuthenticator } from '../authn/authenticators';
import { isOpenToAnonymous, openAuthenticationSettings } from '../authn/authentication-settings';
import { openAuthorizationSettings } from '../authz/authorization-settings';
import { Authorizers } from '../authz/authorizers';
import type { Foundation } from './foundation';

/** Access is who is believed to be whom, and who may do what. */
export type Access = ReturnType<typeof openAccess>;

/** openAccess makes the token authenticators and the authorizers that the flags and their files ask for. */
export function openAccess({ config, credentials, files, flags, caches, client, emulated, clock, log }: Foundation) {
  const settings = openAuthenticationSettings(flags, files);
  const tokens = makeTokenAuthenticator({ config, credentials, settings, files, flags, caches, client, clock, log });
  const authorizer = new Authorizers({
    settings: openAuthorizationSettings(flags, files),
    openToAnonymous: path => isOpenToAnonymous(settings.current, path),
    ...{ caches, files, emulated, clock, log },
  });
  return { tokens, authorizer };
}
