import { expect, test } from '@jest/globals';
import { ask } from '../../../testing/findings';

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
