import { Fields, readDocument } from '../../config-files/fields';
import { checkedIssuer } from './oidc-flags';
import { SIGNING_ALGORITHMS, userOfClaims, type ClaimSettings, type JwtSettings } from './settings';

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
  const mappings = fields.object('claimMappings') ?? fields.fail('claimMappings', 'is required');
  const required = fields.objects('claimValidationRules').map(rule => {
    refuseExpressions(rule, 'expression', 'message');
    const pair = { claim: rule.required('claim'), value: rule.text('requiredValue') };
    rule.end();
    return pair;
  });
  refuseExpressions(fields, 'userValidationRules');
  const claims = { ...parseMappings(mappings), required };
  fields.end();
  return { ...parseIssuer(issuer), algorithms: SIGNING_ALGORITHMS, userOf: token => userOfClaims(token, claims) };
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

function parseMappings(fields: Fields): Omit<ClaimSettings, 'required'> {
  const username = fields.object('username') ?? fields.fail('username', 'is required');
  const groups = fields.object('groups');
  const uid = fields.object('uid');
  refuseExpressions(fields, 'extra');
  fields.end();
  const uidClaim = uid && claimOf(uid);
  uid?.end();
  return {
    username: prefixed(username),
    ...(groups?.has('claim') && { groups: prefixed(groups) }),
    ...(uidClaim && { uid: { claim: uidClaim } }),
  };
}

/** prefixed: whoever names a claim has to say what stands before its value, be it nothing, so that nobody passes for somebody of the cluster by oversight. */
function prefixed(fields: Fields): { claim: string; prefix: string } {
  const claim = claimOf(fields);
  if (!fields.has('prefix')) fields.fail('prefix', 'is required when claim is set; it can be empty');
  const prefix = fields.text('prefix');
  fields.end();
  return { claim, prefix };
}

function claimOf(fields: Fields): string {
  refuseExpressions(fields, 'expression');
  return fields.required('claim');
}

function refuseExpressions(fields: Fields, ...names: string[]): void {
  for (const name of names) if (fields.has(name)) fields.fail(name, 'expressions are not supported');
}
