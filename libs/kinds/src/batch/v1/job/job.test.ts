import { describe, expect, test } from '@jest/globals';
import type { batchv1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import { create, findTarget } from '../../../testing/create';
import { ask } from '../../../testing/findings';
import { defaultJob } from './defaults';
import { generateSelector } from './selector';
import { jobWarnings } from './warnings';

type Part = Readonly<Record<string, unknown>>;
const JOBS = '/apis/batch/v1/namespaces/n/jobs';
const template = (image: string, more: Part = {}) => ({
  spec: { restartPolicy: 'Never', containers: [{ name: 'c', image, ...more }] },
});
const changed = (change: (spec: batchv1.JobSpec) => unknown) => (stored: Part) => {
  const after = structuredClone(stored) as batchv1.Job;
  change(after.spec!);
  return after as Part;
};
const job = (spec: Part) => ({ spec: { template: template('i'), ...spec } });

describe('v1.20 says of a changed job', () => {
  test('what it does is fixed', () => {
    const findings = ask(JOBS).changed(
      job({}),
      changed(spec => {
        spec.completions = 2;
        spec.template.spec!.containers[0]!.image = 'other';
      }),
    );
    expect(findings[0]).toBe('spec.completions: Invalid value: 2: field is immutable');
    expect(findings[1]).toMatch(
      /^spec\.template: Invalid value: core\.PodTemplateSpec\{ObjectMeta:v1\.ObjectMeta\{Name:"", .*Labels:map\[string\]string\{"controller-uid":".*", "job-name":"x"\}, .*EnableServiceLinks:\(\*bool\)\(nil\), TopologySpreadConstraints:\[\]core\.TopologySpreadConstraint\(nil\)\}\}: field is immutable$/,
    );
    expect(findings).toHaveLength(2);
  });
  test('what is wrong with it is found twice', () => {
    const [finding, ...more] = ask(JOBS).changed(
      job({}),
      changed(spec => (spec.parallelism = -1)),
    );
    expect(finding).toBe('spec.parallelism: Invalid value: -1: must be greater than or equal to 0');
    expect(more).toEqual([finding]);
  });
  test('a selector of all pods that is gone', () => {
    const all = { manualSelector: true, selector: {} };
    const findings = ask(JOBS).changed(
      job(all),
      changed(spec => delete spec.selector),
    );
    expect(findings).toContain('spec.selector: Invalid value: "null": field is immutable');
  });
  test('no count is negative', () => {
    expect(ask(JOBS).changed(job({}), { ...job({}), status: { failed: -1 } }, 'status')).toEqual([
      'status.failed: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});

test('v1.20 finds the pods of a job by labels that clients do not choose', () => {
  const pods = { metadata: { labels: { 'job-name': 'other' } }, ...template('i') };
  const [finding, ...more] = ask(JOBS).created({ spec: { template: pods } });
  expect(finding).toMatch(
    /^spec\.template\.metadata\.labels\[job-name\]: Invalid value: map\[string\]string\{"controller-uid":".*", "job-name":"other"\}: must be 'x'$/,
  );
  expect(more).toEqual([]);
});

test('v1.20 chooses the selectors of jobs of a cron job, whose name is checked once', () => {
  const path = '/apis/batch/v1beta1/namespaces/n/cronjobs';
  const cron = (spec: Part) => ({ spec: { schedule: '@daily', jobTemplate: { spec: { ...job({}).spec, ...spec } } } });
  expect(ask(path).created(cron({ selector: { matchLabels: { a: 'b' } } }))).toEqual([
    'spec.jobTemplate.spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` will be auto-generated',
  ]);
  expect(ask(path).created(cron({ ttlSecondsAfterFinished: -1 }))).toEqual([
    'spec.jobTemplate.spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0',
  ]);
});

describe('today says of a job', () => {
  const indexed = { completionMode: 'Indexed', completions: 3 };
  const failure = (rule: Part) => ({ podFailurePolicy: { rules: [rule] } });
  test.each<readonly [title: string, spec: Part, findings: string[]]>([
    [
      'failures by index without indexes',
      { backoffLimitPerIndex: 1 },
      ['spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode'],
    ],
    [
      'failing indexes without a limit',
      { ...indexed, maxFailedIndexes: 4 },
      [
        'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
        'spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions',
      ],
    ],
    [
      'exit codes',
      failure({ action: 'FailIndex', onExitCodes: { operator: 'In', values: [2, 0], containerName: 'd' } }),
      [
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "d": must be one of the container or initContainer names in the pod template',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []int32{2, 0}: must be ordered',
      ],
    ],
    [
      'a rule about nothing',
      failure({ action: 'Odd' }),
      [
        'spec.podFailurePolicy.rules[0].action: Unsupported value: "Odd": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      ],
    ],
    [
      'success of more indexes than there are',
      { ...indexed, successPolicy: { rules: [{ succeededCount: 4, succeededIndexes: '0-1' }, {}] } },
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)',
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
        'spec.successPolicy.rules[1]: Required value: at least one of succeededCount or succeededIndexes must be specified',
      ],
    ],
    [
      'indexes out of order',
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '1,1' }] } },
      [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "1,1": error parsing succeededIndexes: non-increasing order, previous: 1, current: 1',
      ],
    ],
    [
      'an interval of one index, of which none is counted',
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: '1-1', succeededCount: 1 }] } },
      [
        'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "1-1": error parsing succeededIndexes: non-increasing order, previous: 1, current: 1',
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 1: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
    [
      'more text of indexes than there may be',
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: `${'0'.repeat(64 * 1024)}1` }] } },
      ['spec.successPolicy.rules[0].succeededIndexes: Too long: may not be more than 65536 bytes'],
    ],
    [
      'a success of some pods that have no index',
      { successPolicy: { rules: [{ succeededCount: 1 }] } },
      [
        'spec.successPolicy: Invalid value: batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{batch.SuccessPolicyRule{SucceededIndexes:(*string)(nil), SucceededCount:(*int32)(0xc000000000)}}}: requires indexed completion mode',
      ],
    ],
  ])('%s', (_title, spec, findings) => {
    expect(ask(JOBS, 33).created(job(spec))).toEqual(findings);
  });
  test('names of its pods and of its manager', () => {
    const long = 'a'.repeat(62);
    expect(ask(JOBS, 33).created({ ...job(indexed), metadata: { name: long } })).toEqual([
      `metadata.name: Invalid value: "${long}": will not able to create pod with invalid DNS label: ${long}-2`,
    ]);
    expect(ask(JOBS, 33).created(job({ managedBy: 'me' }))).toEqual([
      'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
    ]);
  });
  test('indexed jobs grow and shrink with their pods', () => {
    const before = job({ ...indexed, parallelism: 3 });
    const grown = (completions: number, parallelism: number) =>
      ask(JOBS, 33).changed(before, ({ spec, ...rest }) => ({
        ...rest,
        spec: { ...(spec as Part), completions, parallelism },
      }));
    expect(grown(4, 4)).toEqual([]);
    expect(grown(4, 3)).toEqual([
      'spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism',
    ]);
  });
  test('and that their names go on to fit', () => {
    const named = { ...job({ ...indexed, parallelism: 3 }), metadata: { name: 'a'.repeat(61) } };
    const findings = ask(JOBS, 33).changed(
      named,
      changed(spec => (spec.completions = spec.parallelism = 11)),
    );
    expect(findings).toEqual([expect.stringContaining('will not able to create pod with invalid DNS label')]);
  });
  test.each([
    ['a job', JOBS, (spec: object) => spec],
    ['a cron job', JOBS.replace('jobs', 'cronjobs'), (spec: object) => ({ schedule: '@daily', jobTemplate: { spec } })],
  ])('conditions of pods hold, unless %s says otherwise', (_, path, within) => {
    const onPodConditions = [{ type: 'DisruptionTarget' }, { type: 'Ready', status: 'False' }];
    const { spec } = job({ podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions }] } });
    const made = create(findTarget(path, 33)!, { metadata: { name: 'x' }, spec: within(spec) }, 33);
    expect(made.errors).toEqual([]);
    expect(JSON.stringify(made.object)).toContain(
      '"onPodConditions":[{"type":"DisruptionTarget","status":"True"},{"type":"Ready","status":"False"}]',
    );
  });
  test('policies are fixed', () => {
    const rules = [{ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }];
    const fixed = (before: Part, change: (spec: batchv1.JobSpec) => unknown) =>
      ask(JOBS, 33).changed(job(before), changed(change));
    expect(
      fixed({ podFailurePolicy: { rules } }, spec => (spec.podFailurePolicy!.rules[0]!.action = 'Ignore')),
    ).toEqual([
      'spec.podFailurePolicy: Invalid value: batch.PodFailurePolicy{Rules:[]batch.PodFailurePolicyRule{batch.PodFailurePolicyRule{Action:"Ignore", OnExitCodes:(*batch.PodFailurePolicyOnExitCodesRequirement)(nil), OnPodConditions:[]batch.PodFailurePolicyOnPodConditionsPattern{batch.PodFailurePolicyOnPodConditionsPattern{Type:"DisruptionTarget", Status:"True"}}}}}: field is immutable',
    ]);
    expect(fixed({ managedBy: 'a.b/c' }, spec => delete spec.managedBy)).toEqual([
      'spec.managedBy: Invalid value: "null": field is immutable',
    ]);
  });
  const otherNodes = {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }],
    },
  };
  const otherPods = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a', labelSelector: {} }] };
  test.each<readonly [what: string, emulated: number, affinity: Part, findings: number]>([
    ['other nodes', 33, { nodeAffinity: otherNodes }, 0],
    ['other nodes', 22, { nodeAffinity: otherNodes }, 1],
    ['other company', 33, { podAffinity: otherPods }, 1],
  ])('a suspended job that never ran may get %s (1.%d)', (_what, emulated, affinity, count) => {
    const findings = ask(JOBS, emulated).changed(
      job({ suspend: true }),
      changed(spec => (spec.template.spec!.affinity = affinity)),
    );
    expect(findings).toHaveLength(count);
  });
  test('pods that always restart', () => {
    const { spec } = template('i');
    expect(ask(JOBS, 33).created(job({ template: { spec: { ...spec, restartPolicy: 'Always' } } }))).toEqual([
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ]);
  });
});

test.each([
  [
    'without labels has those of its pods, whatever is added to them',
    {},
    { a: 'b', 'controller-uid': 'u', 'job-name': 'j' },
  ],
  ['with labels of its own keeps them', { labels: { c: 'd' } }, { c: 'd' }],
])('a job %s', (_, metadata, labels) => {
  const made: batchv1.Job = {
    metadata: { name: 'j', uid: 'u', ...metadata },
    spec: { template: { metadata: { labels: { a: 'b' } }, spec: { containers: [] } } },
  };
  defaultJob(made, 20);
  generateSelector(made, 20);
  expect(made.metadata?.labels).toEqual(labels);
});

describe('today says of what somebody says of a job', () => {
  const at = (second: number) => `2021-01-02T03:05:0${second}Z`;
  const condition = (...types: string[]) => ({ conditions: types.map(type => ({ type, status: 'True' })) });
  const done = {
    startTime: at(0),
    completionTime: at(1),
    succeeded: 1,
    ...condition('SuccessCriteriaMet', 'Complete'),
  };
  const said = (status: Part, spec: Part = {}, emulated = 33) =>
    ask(JOBS, emulated).changed(job(spec), stored => ({ ...stored, status }), 'status');
  test.each<readonly [title: string, status: Part, findings: string[]]>([
    ['a job that is done', done, []],
    ['one that failed', { startTime: at(0), failed: 1, ...condition('FailureTarget', 'Failed') }, []],
    [
      'one that is done and does not say when',
      { ...done, completionTime: undefined, startTime: undefined },
      [
        'status.completionTime: Required value: completionTime is required for Complete jobs',
        'status.startTime: Required value: startTime is required for finished job',
      ],
    ],
    [
      'one that ended before it began',
      { ...done, startTime: at(2) },
      [
        'status.completionTime: Invalid value: 2021-01-02 03:05:01 +0000 UTC: completionTime cannot be set before startTime',
      ],
    ],
    [
      'one that is done and failed, with pods',
      { ...done, active: 1, terminating: 2, ready: 2, ...condition('Complete', 'Failed') },
      [
        'status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
        'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
        'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
        'status.active: Invalid value: 1: active>0 is invalid for finished job',
        'status.terminating: Invalid value: 2: terminating>0 is invalid for finished job',
        'status.ready: Invalid value: 2: cannot set more ready pods than active',
      ],
    ],
    [
      'pods that are told of twice, or not by their id',
      { uncountedTerminatedPods: { succeeded: ['a', 'a'], failed: ['', 'a'] } },
      [
        'status.uncountedTerminatedPods.succeeded[1]: Duplicate value: "a"',
        'status.uncountedTerminatedPods.failed[0]: Invalid value: "": must not be empty',
        'status.uncountedTerminatedPods.failed[1]: Duplicate value: "a"',
      ],
    ],
    [
      'indexes of a job without',
      { completedIndexes: '0', failedIndexes: '0' },
      [
        'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
        'status.failedIndexes: Invalid value: "0": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
        'status.failedIndexes: Invalid value: "0": failedIndexes and completedIndexes overlap at index: 0',
      ],
    ],
  ])('%s', (_title, status, findings) => {
    expect(said(status)).toEqual(findings);
  });
  test('v1.31 believed everything', () => {
    expect(said({ ...condition('Failed'), active: 1 }, {}, 31)).toEqual([]);
  });
});

test.each([
  [33, 'Indexed', 10_001, 1],
  [33, 'Indexed', 10_000, 0],
  [33, 'NonIndexed', 10_001, 0],
  [27, 'Indexed', 10_001, 0],
])(
  '1.%d warns of more indexes than it can keep track of: %s, %d pods',
  (emulated, completionMode, parallelism, count) => {
    const spec = { completionMode, completions: 100_001, parallelism } as batchv1.JobSpec;
    const told = jobWarnings(spec, undefined, Path.at('spec', 'jobTemplate', 'spec'), { emulated });
    expect(told).toHaveLength(count);
    if (count) expect(told[0]).toMatch(/^spec\.jobTemplate\.spec: In Indexed Jobs with a number of completions higher/);
  },
);

describe('today says of the zone of a cron job', () => {
  const path = '/apis/batch/v1/namespaces/n/cronjobs';
  const cron = (spec: Part) => ({ spec: { schedule: '@daily', jobTemplate: { spec: job({}).spec }, ...spec } });
  const own = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  const both = 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
  const zoned = 'TZ=UTC 0 0 * * *';
  test.each<readonly [emulated: number, spec: Part, findings: string[]]>([
    [33, { timeZone: 'Europe/Paris' }, []],
    [33, { timeZone: '../Paris' }, ['spec.timeZone: Invalid value: "../Paris": unknown time zone ../Paris']],
    [33, { schedule: zoned }, [`spec.schedule: Invalid value: "${zoned}": ${own}`]],
    [28, { schedule: zoned }, []],
    [28, { schedule: zoned, timeZone: 'UTC' }, [`spec.schedule: Invalid value: "${zoned}": ${both}`]],
  ])('1.%i: %j', (emulated, spec, findings) => {
    expect(ask(path, emulated).created(cron(spec))).toEqual(findings);
  });
});
