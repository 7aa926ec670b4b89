import { Fields, readDocument } from '../../config-files/fields';
import { checkedIssuer } from './oidc-flags';
import { parseReadings } from './claim-mappings';
import { SIGNING_ALGORITHMS, userOfClaims, type JwtSettings } from './settings';

/** AnonymousSettings say where requests without credentials get to the authorizers. */
export interface AnonymousSettings {
  readonly enabled: boolean;
  /** paths: only these, if there are any. */
  readonly paths: readonly string[];
}

/** AuthenticationConfiguration is the checked form of the file of --authentication-config. */
export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtSettings[];
  readonly anonymous: AnonymousSettings | undefined;
}

/** parseAuthenticationConfiguration reads an AuthenticationConfiguration (apiserver.config.k8s.io). It throws an Error that names the field. */
export function parseAuthenticationConfiguration(document: unknown): AuthenticationConfiguration {
  const fields = Fields.of(document);
  readDocument(fields, 'AuthenticationConfiguration', 'apiserver.config.k8s.io', ['v1alpha1', 'v1beta1', 'v1']);
  const jwt = fields.objects('jwt').map(parseJwt);
  const anonymous = fields.object('anonymous');
  fields.end();
  const twice = jwt.find((one, i) => jwt.findIndex(other => other.issuer === one.issuer) !== i);
  if (twice) throw new Error(`jwt: issuer ${JSON.stringify(twice.issuer)} is there twice`);
  return { jwt, anonymous: anonymous && parseAnonymous(anonymous) };
}

function parseAnonymous(fields: Fields): AnonymousSettings {
  const enabled = fields.flag('enabled');
  const paths = fields.objects('conditions').map(condition => {
    const path = condition.required('path');
    condition.end();
    return path;
  });
  if (paths.length && !enabled) fields.fail('conditions', 'cannot be set when anonymous requests are not enabled');
  fields.end();
  return { enabled, paths };
}

function parseJwt(fields: Fields): JwtSettings {
  const issuer = fields.object('issuer') ?? fields.fail('issuer', 'is required');
  const readings = parseReadings(fields);
  fields.end();
  return { ...parseIssuer(issuer), algorithms: SIGNING_ALGORITHMS, userOf: claims => userOfClaims(claims, readings) };
}

function parseIssuer(fields: Fields): Pick<JwtSettings, 'issuer' | 'discoveryUrl' | 'ca' | 'audiences'> {
  const issuer = checkedIssuer(fields.at('url'), fields.required('url'));
  const discoveryUrl = fields.text('discoveryURL');
  if (discoveryUrl && discoveryUrl === issuer) fields.fail('discoveryURL', 'must be different from the URL');
  const ca = fields.text('certificateAuthority');
  const audiences = fields.texts('audiences');
  if (!audiences.length) fields.fail('audiences', 'at least one is required');
  // With one audience, and with several, a token has to name one of them.
  const policy = fields.oneOf('audienceMatchPolicy', ['', 'MatchAny'], '');
  if (audiences.length > 1 && !policy) fields.fail('audienceMatchPolicy', 'must be MatchAny for several audiences');
  fields.end();
  return {
    issuer,
    ...(discoveryUrl && { discoveryUrl: checkedIssuer(fields.at('discoveryURL'), discoveryUrl) }),
    ...(ca && { ca }),
    audiences,
  };
}
