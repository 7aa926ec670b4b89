import { describe, expect, test } from '@jest/globals';
import type { batchv1 } from '@navarch/api';
import { releaseOf } from '../../shared/release';
import { cronJobsJob, expiredJobs, jobName, planCronJob, referenceTo } from './plan';

const NOW = Date.parse('2024-01-01T10:07:30Z');
const DUE = Date.parse('2024-01-01T10:05:00Z');
const cron = (spec: Partial<batchv1.CronJobSpec> = {}, status: batchv1.CronJobStatus = {}): batchv1.CronJob => ({
  metadata: { name: 'tick', namespace: 'n', uid: 'cron', creationTimestamp: '2024-01-01T10:00:00Z' },
  spec: { schedule: '*/5 * * * *', timeZone: 'Etc/UTC', jobTemplate: {}, ...spec },
  status,
});
const job = (name: string, outcome?: 'Complete' | 'Failed', startTime = '2024-01-01T10:00:00Z'): batchv1.Job => ({
  metadata: { name, namespace: 'n', uid: name },
  status: {
    startTime,
    ...(outcome && { conditions: [{ type: outcome, status: 'True' }] }),
    ...(outcome === 'Complete' && { completionTime: '2024-01-01T10:06:00Z' }),
  },
});
const running = { active: [referenceTo(job('old'))] };
const NEWEST = releaseOf(33);
const EARLY = releaseOf(20);
const NONE = new Set<string>();
const until = (text: string) => Date.parse(text) - NOW + 100;

describe('planCronJob', () => {
  test.each([
    ['a job is due', cron(), [], { start: DUE, replace: false, requeueAfterMs: until('2024-01-01T10:10:00Z') }],
    [
      'not twice',
      cron({}, { lastScheduleTime: '2024-01-01T10:05:00Z' }),
      [],
      { start: undefined, requeueAfterMs: until('2024-01-01T10:10:00Z') },
    ],
    [
      'not before its time',
      cron({ schedule: '0 11 * * *' }),
      [],
      { start: undefined, requeueAfterMs: until('2024-01-01T11:00:00Z') },
    ],
    [
      'of many missed only the last',
      cron({ schedule: '* * * * *' }),
      [],
      { start: Date.parse('2024-01-01T10:07:00Z') },
    ],
    ['not while suspended', cron({ suspend: true }), [], { start: undefined, requeueAfterMs: undefined }],
    ['within the deadline', cron({ startingDeadlineSeconds: 200 }), [], { start: DUE }],
    [
      'not after the deadline',
      cron({ startingDeadlineSeconds: 100 }),
      [],
      { start: undefined, said: ['MissSchedule'] },
    ],
    ['beside a running one', cron({}, running), [job('old')], { start: DUE, replace: false }],
    [
      'not beside one when forbidden',
      cron({ concurrencyPolicy: 'Forbid' }, running),
      [job('old')],
      { start: undefined, said: ['JobAlreadyActive'] },
    ],
    ['in its place', cron({ concurrencyPolicy: 'Replace' }, running), [job('old')], { start: DUE, replace: true }],
    [
      'once the forbidding one is over',
      cron({ concurrencyPolicy: 'Forbid' }, running),
      [job('old', 'Failed')],
      { start: DUE, said: ['SawCompletedJob'] },
    ],
    ['a foreign zone', cron({ schedule: '35 15 * * *', timeZone: 'Asia/Kolkata' }), [], { start: DUE }],
    ['no such zone', cron({ timeZone: 'Mars' }), [], { start: undefined, said: ['UnknownTimeZone'] }],
    ['no schedule', cron({ schedule: 'x' }), [], { start: undefined, said: ['UnparseableSchedule'] }],
    ['a stranger', cron({ suspend: true }), [job('other')], { said: ['UnexpectedJob'] }],
  ] as [string, batchv1.CronJob, batchv1.Job[], Record<string, unknown>][])('%s', (_name, given, jobs, expected) => {
    const { said = [], ...fields } = expected;
    const plan = planCronJob(given, jobs, NONE, NOW, NEWEST);
    for (const [field, value] of Object.entries(fields))
      expect([field, plan[field as 'start']]).toEqual([field, value]);
    expect(plan.events.map(event => event.reason)).toEqual(said);
  });

  test('many missed times are told of', () => {
    const old = cron({ schedule: '* * * * *' }, { lastScheduleTime: '2024-01-01T08:00:00Z' });
    expect(planCronJob(old, [], NONE, NOW, NEWEST).events.map(event => event.reason)).toEqual(['TooManyMissedTimes']);
    const bounded = { ...old, spec: { ...old.spec!, startingDeadlineSeconds: 600 } };
    expect(planCronJob(bounded, [], NONE, NOW, NEWEST).events).toEqual([]);
  });

  test('the status forgets what ended or vanished, and keeps the last success', () => {
    const status = { active: [referenceTo(job('done')), referenceTo(job('lost')), referenceTo(job('on'))] };
    const plan = planCronJob(
      cron({ suspend: true }, status),
      [job('done', 'Complete'), job('on')],
      new Set(['lost']),
      NOW,
      NEWEST,
    );
    expect(plan.status).toEqual({ active: [referenceTo(job('on'))], lastSuccessfulTime: '2024-01-01T10:06:00Z' });
    expect(plan.events.map(event => event.message)).toEqual([
      'Saw completed job: done, condition: Complete',
      'Active job went missing: lost',
    ]);
  });
});

test.each([
  [
    'nothing is started when too many times were missed',
    cron({ schedule: '* * * * *' }, { lastScheduleTime: '2024-01-01T08:00:00Z' }),
    [],
    ['FailedNeedsStart'],
  ],
  ['nor without a schedule', cron({ schedule: 'x' }), [], ['FailedNeedsStart']],
  ['forbidding says nothing', cron({ concurrencyPolicy: 'Forbid' }, running), [job('old')], []],
] as [string, batchv1.CronJob, batchv1.Job[], string[]][])('1.20: %s', (_name, given, jobs, said) => {
  const plan = planCronJob(given, jobs, NONE, NOW, EARLY);
  expect([plan.start, plan.events.map(({ reason }) => reason)]).toEqual([undefined, said]);
});

test('1.20: a job is named by the second, says no time, and names the version that is served', () => {
  expect(cronJobsJob(cron(), DUE, EARLY).metadata).toMatchObject({
    name: 'tick-1704103500',
    annotations: {},
    ownerReferences: [{ apiVersion: 'batch/v1beta1', kind: 'CronJob', uid: 'cron' }],
  });
});

test('a job is named after its time, and says it in the zone of the schedule', () => {
  const given = cron({
    timeZone: 'Asia/Tokyo',
    jobTemplate: { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } }, spec: { template: {} as never } },
  });
  expect(jobName(given, DUE, NEWEST)).toBe('tick-28401725');
  expect(cronJobsJob(given, DUE, NEWEST)).toMatchObject({
    metadata: {
      name: 'tick-28401725',
      namespace: 'n',
      labels: { a: 'b' },
      annotations: { c: 'd', 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2024-01-01T19:05:00+09:00' },
      ownerReferences: [{ kind: 'CronJob', uid: 'cron', controller: true }],
    },
    spec: { template: {} },
  });
});

test.each([
  [{ successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }, ['b', 'f']],
  [{ successfulJobsHistoryLimit: 0 }, ['b', 'a']],
  [{}, []],
])('history limits %j', (spec, expected) => {
  const jobs = [
    job('a', 'Complete', '2024-01-01T10:02:00Z'),
    job('b', 'Complete', '2024-01-01T10:01:00Z'),
    job('f', 'Failed'),
    job('on'),
  ];
  expect(expiredJobs(cron(spec), jobs).map(({ metadata }) => metadata?.name)).toEqual(expected);
});
