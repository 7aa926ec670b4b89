import type { UserInfo } from '@navarch/apimachinery';
import type { JWTPayload } from 'jose';
import { readExpression, type Expression } from '../../config-files/expression';
import type { Fields } from '../../config-files/fields';
import {
  groupsReading,
  requiredClaim,
  textReading,
  usernameReading,
  type ClaimReadings,
  type Reading,
} from './settings';

const EXTRA_KEY = /^[a-z0-9.-]+\.[a-z0-9.-]+\/[a-z0-9._-]+$/;

/** parseReadings reads how a JWT issuer's claims become a user: mappings and validation rules, by plain claims or CEL. */
export function parseReadings(fields: Fields): ClaimReadings {
  const mappings = fields.object('claimMappings') ?? fields.fail('claimMappings', 'is required');
  const expressions: string[] = [];
  const noted = (of: Fields, name: string) => {
    const text = of.peek(name);
    if (typeof text === 'string') expressions.push(text);
  };
  const username = mappings.object('username') ?? mappings.fail('username', 'is required');
  const [groups, uid] = [mappings.object('groups'), mappings.object('uid')];
  noted(username, 'expression');
  const extra = mappings.objects('extra').map(one => {
    noted(one, 'valueExpression');
    return parseExtra(one);
  });
  mappings.end();
  const rules = fields.objects('claimValidationRules').map(rule => {
    noted(rule, 'expression');
    return parseClaimRule(rule);
  });
  // An address that nobody has checked is anybody's.
  if (
    expressions.some(text => /claims\.email\b/.test(text)) &&
    !expressions.some(text => text.includes('email_verified'))
  )
    mappings.fail('username.expression', 'claims.email_verified must be used as claims.email is');
  return {
    username: parseReading(username, usernameReading, true),
    ...(groups && { groups: parseReading(groups, groupsReading, true) }),
    ...(uid && { uid: parseReading(uid, textReading, false) }),
    extra: new Map(extra),
    rules,
    userRules: fields.objects('userValidationRules').map(parseUserRule),
  };
}

/** parseReading: whoever names a claim has to say what stands before its value, be it nothing, so that nobody passes for somebody of the cluster by oversight. */
function parseReading(fields: Fields, ofClaim: (claim: string, prefix: string) => Reading, prefixed: boolean): Reading {
  if (fields.has('expression')) {
    const evaluate = readExpression(fields, 'expression', ['claims']);
    fields.end();
    return claims => evaluate({ claims });
  }
  const claim = fields.required('claim');
  if (prefixed && !fields.has('prefix')) fields.fail('prefix', 'is required when claim is set; it can be empty');
  const prefix = prefixed ? fields.text('prefix') : '';
  fields.end();
  return ofClaim(claim, prefix);
}

function parseExtra(fields: Fields): [string, Reading] {
  const key = fields.required('key');
  if (!EXTRA_KEY.test(key)) fields.fail('key', 'must be a lower-case path below a domain, as example.org/foo');
  const evaluate = readExpression(fields, 'valueExpression', ['claims']);
  fields.end();
  return [key, claims => evaluate({ claims })];
}

function parseClaimRule(fields: Fields): ClaimReadings['rules'][number] {
  if (!fields.has('expression')) {
    const rule = requiredClaim(fields.required('claim'), fields.text('requiredValue'));
    fields.end();
    return rule;
  }
  const holds = parseRule(fields, 'claims');
  return (claims: JWTPayload) => holds({ claims });
}

function parseUserRule(fields: Fields): ClaimReadings['userRules'][number] {
  const holds = parseRule(fields, 'user');
  return ({ name, uid = '', groups, extra = {} }: UserInfo) => holds({ user: { username: name, uid, groups, extra } });
}

/** parseRule is an expression that has to be true, and what is said if it is not. */
function parseRule(fields: Fields, variable: string): (values: Parameters<Expression>[0]) => void {
  const text = fields.peek('expression');
  const evaluate = readExpression(fields, 'expression', [variable]);
  const message = fields.text('message') || `validation expression ${JSON.stringify(text)} failed`;
  fields.end();
  return values => {
    if (evaluate(values) !== true) throw new Error(`oidc: ${message}`);
  };
}
