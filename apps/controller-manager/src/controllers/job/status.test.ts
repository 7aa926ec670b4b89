import { describe, expect, test } from '@jest/globals';
import type { batchv1, corev1 } from '@navarch/api';
import { releaseOf } from '../../shared/release';
import type { Verdict } from './plan';
import { conclude, countPresent, isWorthWriting } from './status';

const NOW = Date.parse('2024-01-01T00:10:00Z');
const job = (spec: Partial<batchv1.JobSpec> = {}, status: batchv1.JobStatus = {}): batchv1.Job => ({
  metadata: { name: 'j' },
  spec: { completions: 1, template: {} as never, ...spec },
  status,
});
const pod = (phase: string, more: Partial<corev1.Pod['metadata']> = {}): corev1.Pod => ({
  metadata: { name: phase, ...more },
  status: { phase },
});
const complete: Verdict = { type: 'Complete', reason: 'CompletionsReached', message: 'Reached it' };
const failed: Verdict = { type: 'Failed', reason: 'DeadlineExceeded', message: 'Too long' };
const ending = (minor: number, verdict: Verdict, pods: corev1.Pod[], status: batchv1.JobStatus = { succeeded: 1 }) => {
  const plan = { verdict, delete: [], create: [] };
  const end = conclude(job(), status, plan, pods, releaseOf(minor), NOW);
  return {
    conditions: end.status.conditions?.map(({ type, reason }) => (reason ? `${type}/${reason}` : type)),
    failed: end.status.failed,
    active: end.status.active,
    done: end.status.completionTime !== undefined,
    said: end.events.map(({ reason }) => reason),
  };
};

describe('conclude', () => {
  test.each([
    [
      '1.33 tells how it will end, then ends',
      33,
      complete,
      [],
      { conditions: ['SuccessCriteriaMet/CompletionsReached', 'Complete/CompletionsReached'], said: ['Completed'] },
    ],
    [
      '1.33 ends when the last pod is gone',
      33,
      failed,
      [pod('Running')],
      { conditions: ['FailureTarget/DeadlineExceeded'], active: undefined, failed: undefined, said: [] },
    ],
    ['1.27 ends when the last pod is gone, and tells nothing before', 27, failed, [pod('Running')], { said: [] }],
    ['1.27 needs no reason to complete', 27, complete, [], { conditions: ['Complete'], done: true }],
    [
      '1.20 counts what it takes down as failed, and ends at once',
      20,
      failed,
      [pod('Running'), pod('Pending')],
      { conditions: ['Failed/DeadlineExceeded'], failed: 2, active: undefined, said: ['DeadlineExceeded'] },
    ],
    [
      '1.20 leaves pods past the number alone, and warns',
      20,
      complete,
      [pod('Running')],
      { conditions: ['Complete'], active: 1, done: true, said: ['TooManyActivePods', 'Completed'] },
    ],
  ] as const)('%s', (_name, minor, verdict, pods, expected) => {
    expect(ending(minor, verdict, [...pods])).toMatchObject(expected);
  });

  test('more have succeeded than were wanted', () => {
    expect(ending(20, complete, [], { succeeded: 2 }).said).toEqual(['TooManySucceededPods', 'Completed']);
  });

  test('a suspended job counts its pods as going', () => {
    const plan = { delete: [], create: [] };
    const { status, events } = conclude(job({ suspend: true }), {}, plan, [pod('Running')], releaseOf(33), NOW);
    expect(status).toMatchObject({ terminating: 1, ready: 0 });
    expect(status.conditions?.[0]).toMatchObject({ type: 'Suspended', status: 'True' });
    expect(events.map(({ reason }) => reason)).toEqual(['Suspended']);
  });
});

test('without tracking the pods that exist are counted, and a status is written when a count changed', () => {
  const status = countPresent({ startTime: '2024-01-01T00:00:00Z', failed: 3 }, [pod('Succeeded'), pod('Running')]);
  expect(status).toEqual({ startTime: '2024-01-01T00:00:00Z', succeeded: 1, failed: undefined });
  expect(isWorthWriting({}, { startTime: '2024-01-01T00:00:00Z' })).toBe(false);
  expect(isWorthWriting({ active: 1 }, { active: 2 })).toBe(true);
  expect(isWorthWriting({}, { conditions: [{ type: 'Complete', status: 'True' }] })).toBe(true);
});
