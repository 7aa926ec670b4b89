import { describe, expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';
import { mandatorySchemas } from '../shared/mandatory';

type Part = Readonly<Record<string, unknown>>;
const LEVELS = '/apis/flowcontrol.apiserver.k8s.io/v1beta1/prioritylevelconfigurations';
const queue = (queuing: Part) => ({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } });

test.each<readonly [title: string, spec: Part, findings: string[]]>([
  ['queues as they come', queue({}), []],
  [
    'exempt under another name',
    { type: 'Exempt' },
    ["spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"],
  ],
  ['no limits', { type: 'Limited' }, ['spec.limited: Required value: must not be empty when type is Limited']],
  [
    'negative shares',
    { type: 'Limited', limited: { assuredConcurrencyShares: -1, limitResponse: { type: 'Reject' } } },
    ['spec.limited.assuredConcurrencyShares: Invalid value: -1: must be positive'],
  ],
  [
    'a hand that is too large to choose',
    queue({ queues: 1024, handSize: 7 }),
    [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 1024 and handSize 7 should not be greater than 60',
    ],
  ],
  [
    'more hands than queues',
    queue({ queues: 2, handSize: 3 }),
    ['spec.limited.limitResponse.queuing.handSize: Invalid value: 3: should not be greater than queues (2)'],
  ],
])('v1.20 says of a priority level: %s', (_title, spec, findings) => {
  expect(ask(LEVELS).created({ spec })).toEqual(findings);
});

describe('what is mandatory', () => {
  const V1 = '/apis/flowcontrol.apiserver.k8s.io/v1';
  const named = (name: string, spec: Part) => ({ metadata: { name }, spec });
  const level = (emulated: number) => ask(emulated < 29 ? LEVELS : `${V1}/prioritylevelconfigurations`, emulated);
  const caught = (shares: Part) =>
    named('catch-all', { type: 'Limited', limited: { ...shares, limitResponse: { type: 'Reject' } } });
  test('v1.20 keeps its levels as they are', () => {
    expect(level(20).created(caught({ assuredConcurrencyShares: 5 }))).toEqual([]);
    expect(level(20).created(caught({ assuredConcurrencyShares: 6 }))).toEqual([
      expect.stringMatching(
        /^spec: Invalid value: flowcontrol.PriorityLevelConfigurationSpec\{.*: spec of 'catch-all' must equal the fixed value$/,
      ),
    ]);
  });
  test('v1.33 lets be said what the exempt one lends', () => {
    const exempt = (lent: Part) => named('exempt', { type: 'Exempt', exempt: lent });
    expect(level(33).created(exempt({ nominalConcurrencyShares: 7, lendablePercent: 50 }))).toEqual([]);
    expect(level(33).created(exempt({ nominalConcurrencyShares: -1, lendablePercent: 101 }))).toEqual([
      'spec.exempt.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.exempt.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    ]);
    const limited = { limitResponse: { type: 'Reject' } };
    expect(level(33).created(named('exempt', { type: 'Limited', limited }))).toEqual([
      "spec.type: Invalid value: \"Limited\": type must be 'Exempt' if and only if name is 'exempt'",
      expect.stringMatching(/: spec of 'exempt' except the 'spec.exempt' field must equal the fixed value$/),
    ]);
  });
  test.each([20, 33])('v1.%i keeps its schemas as they are', emulated => {
    const schemas = ask(`${emulated < 29 ? V1.replace('v1', 'v1beta1') : V1}/flowschemas`, emulated);
    const spec = mandatorySchemas[1]!.spec!;
    expect(schemas.created(named('catch-all', { ...spec }))).toEqual([]);
    expect(schemas.created(named('catch-all', { ...spec, matchingPrecedence: 9000 }))).toEqual([
      expect.stringMatching(
        /^spec: Invalid value: flowcontrol.FlowSchemaSpec\{.*: spec of 'catch-all' must equal the fixed value$/,
      ),
    ]);
  });
});
