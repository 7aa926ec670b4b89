import { expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

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
