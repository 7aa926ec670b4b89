import { describe, expect, test } from '@jest/globals';
import type { StrategyContext } from '../../../kind';
import { create, findTarget } from '../../../testing/create';
import { ask } from '../../../testing/findings';
import { validateWebhooks, type Webhook } from './webhooks';

const at = 'webhooks[0].rules[0].resources';
test.each<[string, string[], string[]]>([
  ['others', ['pods', 'pods/log'], []],
  [
    'everything, and something',
    ['*/*', 'pods/log'],
    [`${at}: Invalid value: []string{"*/*", "pods/log"}: if '*/*' is present, must not specify other resources`],
  ],
  [
    'everything twice',
    ['*/*', '*/*'],
    [
      `${at}[1]: Invalid value: "*/*": if '*/*' is present, must not specify */*`,
      `${at}[1]: Invalid value: "*/*": if '*/*' is present, must not specify */*`,
      `${at}: Invalid value: []string{"*/*", "*/*"}: if '*/*' is present, must not specify other resources`,
    ],
  ],
  [
    'what a wildcard covers, behind it',
    ['pods/*', 'pods/log'],
    [`${at}[1]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`],
  ],
  ['what a wildcard covers, before it', ['pods/log', '*/log'], []],
  [
    'all without what is below them, and one',
    ['*', 'pods'],
    [
      `${at}: Invalid value: []string{"*", "pods"}: if '*' is present, must not specify other resources without subresources`,
    ],
  ],
])('v1.20 says of a webhook for %s', (_, resources, findings) => {
  const rule = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources };
  const webhook = {
    name: 'a.b.c',
    clientConfig: { url: 'https://a.b' },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    rules: [rule],
  };
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  expect(ask(path).created({ webhooks: [webhook] })).toEqual(findings);
});

test.each<readonly [version: string, sideEffects: string | undefined, findings: string[]]>([
  ['v1', '', ['webhooks[0].sideEffects: Unsupported value: "": supported values: "None", "NoneOnDryRun"']],
  ['v1', undefined, ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun']],
  [
    'v1beta1',
    '',
    ['webhooks[0].sideEffects: Unsupported value: "": supported values: "None", "NoneOnDryRun", "Some", "Unknown"'],
  ],
  ['v1beta1', undefined, []],
])('in %s, side effects that are %j', (version, sideEffects, findings) => {
  const webhook = {
    ...{ name: 'a.b.c', clientConfig: { url: 'https://a.b' }, admissionReviewVersions: ['v1'] },
    ...(sideEffects !== undefined && { sideEffects }),
  };
  const path = `/apis/admissionregistration.k8s.io/${version}/mutatingwebhookconfigurations`;
  expect(ask(path).created({ webhooks: [webhook] })).toEqual(findings);
});

describe('an update through v1 asks no more than what was there fulfilled', () => {
  const webhook = (more: Partial<Webhook>): Webhook => ({
    ...{ name: 'a.b.c', clientConfig: { url: 'https://a.b' }, admissionReviewVersions: ['v1'], sideEffects: 'None' },
    ...more,
  });
  const context = { apiVersion: 'admissionregistration.k8s.io/v1', emulated: 20 } as StrategyContext;
  test.each<readonly [what: string, old: Webhook[], wanted: Webhook[], findings: string[]]>([
    ['side effects', [webhook({ sideEffects: 'Unknown' })], [webhook({ sideEffects: 'Some' })], []],
    [
      'no side effects before',
      [webhook({})],
      [webhook({ sideEffects: 'Some' })],
      ['webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"'],
    ],
    [
      'nothing said of side effects',
      [webhook({ sideEffects: 'Unknown' })],
      [{ ...webhook({}), sideEffects: undefined as never }],
      ['webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun, Some, Unknown'],
    ],
    ['two of a name', [webhook({}), webhook({})], [webhook({}), webhook({})], []],
    ['one of a name before', [webhook({})], [webhook({}), webhook({})], ['webhooks[1].name: Duplicate value: "a.b.c"']],
    ['odd reviews', [webhook({ admissionReviewVersions: ['v7'] })], [webhook({ admissionReviewVersions: ['v8'] })], []],
    [
      'known reviews before',
      [webhook({})],
      [webhook({ admissionReviewVersions: ['v8'] })],
      ['webhooks[0].admissionReviewVersions: Invalid value: []string{"v8"}: must include at least one of v1, v1beta1'],
    ],
  ])('%s', (_, old, wanted, findings) => {
    const found = validateWebhooks(wanted, context, old);
    expect(found.map(({ field, message }) => `${field}: ${message}`)).toEqual(findings);
  });
});

describe('an update', () => {
  const webhook = (more: Partial<Webhook>): Webhook => ({
    ...{ name: 'a.b.c', clientConfig: { url: 'https://a.b' }, admissionReviewVersions: ['v1'], sideEffects: 'None' },
    ...more,
  });
  const context: StrategyContext = {
    ...{ emulated: 33, apiVersion: 'admissionregistration.k8s.io/v1', now: 0, dryRun: false },
  };
  const conditions = (expression: string) => ({ matchConditions: [{ name: 'x', expression }] });
  const values = (value: string) => ({
    objectSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: [value] }] },
  });
  test.each<[string, Webhook[], Webhook[], string[]]>([
    ['conditions that stay', [webhook(conditions('none'))], [webhook(conditions('none'))], []],
    [
      'one condition that changes',
      [webhook(conditions('none')), webhook({ ...conditions('true'), name: 'd.e.f' })],
      [webhook(conditions('none')), webhook({ ...conditions('false'), name: 'd.e.f' })],
      ['webhooks[0].matchConditions[0].expression'],
    ],
    ['values of labels that were none before', [webhook(values('a b'))], [webhook(values('c d'))], []],
    [
      'values of labels that were some before',
      [webhook(values('a b'))],
      [webhook(values('c'))],
      ['webhooks[0].objectSelector.matchExpressions[0].values[0]'],
    ],
  ])('of %s', (_name, webhooks, old, fields) => {
    expect(validateWebhooks(webhooks, context, old).map(e => e.field)).toEqual(fields);
  });
});

test.each(['mutating', 'validating'])('conditions of %s webhooks are kept as of 1.28', sort => {
  const webhook = {
    ...{ name: 'a.b.c', clientConfig: { url: 'https://a.b' }, sideEffects: 'None', admissionReviewVersions: ['v1'] },
    matchConditions: [{ name: 'c', expression: 'true' }],
  };
  const kept = (emulated: number) => {
    const target = findTarget(`/apis/admissionregistration.k8s.io/v1/${sort}webhookconfigurations`, emulated)!;
    const { object, errors } = create(target, { metadata: { name: 'x' }, webhooks: [webhook] }, emulated);
    expect(errors).toEqual([]);
    return JSON.stringify(object).includes('matchConditions');
  };
  expect([27, 28].map(kept)).toEqual([false, true]);
});
