import { describe, expect, test } from '@jest/globals';
import type { batchv1, corev1 } from '@navarch/api';
import { expiryMs } from '../ttl-after-finished/controller';
import { releaseOf } from '../../shared/release';
import { INDEX, parseIndexes, renderIndexes, withIndex } from './indexes';
import { planJob, type JobFacts } from './plan';

const NOW = Date.parse('2024-01-01T00:10:00Z');
const job = (
  spec: Partial<batchv1.JobSpec> = {},
  status: batchv1.JobStatus = { startTime: '2024-01-01T00:00:00Z' },
): batchv1.Job => ({
  metadata: { name: 'j', uid: 'j' },
  spec: { template: { spec: { containers: [], restartPolicy: 'Never' } }, ...spec },
  status,
});
const pod = (name: string, phase = 'Running', index?: number): corev1.Pod => ({
  metadata: { name, uid: name, ...(index !== undefined && { annotations: { [INDEX]: String(index) } }) },
  status: { phase },
});
const facts = (more: Partial<JobFacts> = {}): JobFacts => ({
  pods: [],
  succeeded: 0,
  failed: 0,
  completedIndexes: new Set(),
  failuresInRow: 0,
  lastFailureMs: 0,
  nowMs: NOW,
  release: releaseOf(33),
  ...more,
});
const shape = (of: batchv1.Job, known: JobFacts) => {
  const plan = planJob(of, known);
  return { verdict: plan.verdict?.reason, delete: plan.delete.map(p => p.metadata?.name), create: plan.create.length };
};

describe('planJob', () => {
  test.each([
    [
      'one pod by default',
      job({ completions: 1, parallelism: 1 }),
      facts(),
      { verdict: undefined, delete: [], create: 1 },
    ],
    [
      'as many at once as allowed',
      job({ completions: 10, parallelism: 3 }),
      facts({ pods: [pod('a')] }),
      { verdict: undefined, delete: [], create: 2 },
    ],
    [
      'not more than are still needed',
      job({ completions: 10, parallelism: 3 }),
      facts({ succeeded: 9 }),
      { verdict: undefined, delete: [], create: 1 },
    ],
    [
      'enough have succeeded',
      job({ completions: 2 }),
      facts({ succeeded: 2, pods: [pod('a')] }),
      { verdict: 'CompletionsReached', delete: ['a'], create: 0 },
    ],
    [
      'a work queue is over when one succeeded and none runs',
      job({ parallelism: 2 }),
      facts({ succeeded: 1 }),
      { verdict: 'CompletionsReached', delete: [], create: 0 },
    ],
    [
      'a work queue starts no more after a success',
      job({ parallelism: 2 }),
      facts({ succeeded: 1, pods: [pod('a')] }),
      { verdict: undefined, delete: [], create: 0 },
    ],
    ['nothing to complete', job({ completions: 0 }), facts(), { verdict: 'CompletionsReached', delete: [], create: 0 }],
    [
      'too many failures',
      job({ completions: 1, backoffLimit: 2 }),
      facts({ failed: 3, pods: [pod('a')] }),
      { verdict: 'BackoffLimitExceeded', delete: ['a'], create: 0 },
    ],
    [
      'failures up to the limit are fine',
      job({ completions: 1, backoffLimit: 2 }),
      facts({ failed: 2 }),
      { verdict: undefined, delete: [], create: 1 },
    ],
    [
      'too long',
      job({ completions: 1, activeDeadlineSeconds: 600 }),
      facts({ pods: [pod('a')] }),
      { verdict: 'DeadlineExceeded', delete: ['a'], create: 0 },
    ],
    [
      'suspended',
      job({ completions: 1, suspend: true }),
      facts({ pods: [pod('a')] }),
      { verdict: undefined, delete: ['a'], create: 0 },
    ],
    [
      'too many at once: what does not run yet goes',
      job({ completions: 5, parallelism: 1 }),
      facts({ pods: [pod('a'), pod('b', 'Pending')] }),
      { verdict: undefined, delete: ['b'], create: 0 },
    ],
  ])('%s', (_name, of, known, expected) => {
    expect(shape(of, known)).toEqual(expected);
  });

  test('after failures it waits 10 s, doubling', () => {
    const plan = planJob(job({ completions: 1 }), facts({ failed: 2, failuresInRow: 2, lastFailureMs: NOW - 5_000 }));
    expect(plan).toMatchObject({ create: [], requeueAfterMs: 15_000 });
    expect(
      planJob(job({ completions: 1 }), facts({ failed: 2, failuresInRow: 2, lastFailureMs: NOW - 21_000 })).create,
    ).toHaveLength(1);
  });

  test('indexed: the lowest free indexes, each once', () => {
    const indexed = job({ completions: 5, parallelism: 4, completionMode: 'Indexed' });
    const plan = planJob(
      indexed,
      facts({ succeeded: 1, completedIndexes: new Set([0]), pods: [pod('a', 'Running', 2), pod('b', 'Running', 2)] }),
    );
    expect([plan.create, plan.delete.map(p => p.metadata?.name)]).toEqual([[1, 3, 4], ['b']]);
  });
});

test('indexes are read and written as ranges', () => {
  expect(renderIndexes(new Set([5, 0, 2, 1, 7, 8]))).toBe('0-2,5,7-8');
  expect([...parseIndexes('0-2,5')]).toEqual([0, 1, 2, 5]);
  expect([...parseIndexes('')]).toEqual([]);
});

test('a pod knows its index by annotation, label, host name and environment', () => {
  const made = withIndex({ metadata: {}, spec: { containers: [{ name: 'c' }] } }, 'j', 3);
  expect(made.metadata).toMatchObject({
    generateName: 'j-3-',
    annotations: { [INDEX]: '3' },
    labels: { [INDEX]: '3' },
  });
  expect(made.spec).toMatchObject({ hostname: 'j-3', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX' }] }] });
});

test('a finished job expires after its time to live, others never', () => {
  const finished = { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }] };
  expect(expiryMs(job({ ttlSecondsAfterFinished: 60 }, finished))).toBe(Date.parse('2024-01-01T00:01:00Z'));
  expect(expiryMs(job({}, finished))).toBeUndefined();
  expect(expiryMs(job({ ttlSecondsAfterFinished: 60 }))).toBeUndefined();
});
