import { Counter, Gauge, Histogram, exponentialBuckets, type Clock, type Registry } from '@navarch/base';
import type { WorkQueueObserver } from '@navarch/client';

interface QueueMetrics {
  readonly depth: Gauge;
  readonly adds: Counter;
  readonly waited: Histogram;
  readonly worked: Histogram;
  readonly retries: Counter;
  /** running are the start times of what is worked on, by queue; for the two gauges that are computed when asked for. */
  readonly running: Map<string, { clock: Clock; since: number[] }>;
}

const known = new WeakMap<Registry, QueueMetrics>();

/** workqueueObserver records a queue's doings as the workqueue_* metrics that every Kubernetes component has. */
export function workqueueObserver(registry: Registry, name: string, clock: Clock): WorkQueueObserver {
  let metrics = known.get(registry);
  if (!metrics) known.set(registry, (metrics = createMetrics(registry)));
  const { depth, adds, waited, worked, retries, running } = metrics;
  const mine = { clock, since: [] as number[] };
  running.set(name, mine);
  depth.set({ name }, 0);
  return {
    added: length => {
      adds.inc({ name });
      depth.set({ name }, length);
    },
    started: (length, waitedMs) => {
      depth.set({ name }, length);
      waited.observe({ name }, waitedMs / 1000);
      mine.since.push(clock.now());
    },
    done: workedMs => {
      worked.observe({ name }, workedMs / 1000);
      const began = clock.now() - workedMs;
      const at = mine.since.findIndex(since => since >= began);
      mine.since.splice(at < 0 ? 0 : at, 1);
    },
    retried: () => retries.inc({ name }),
  };
}

function createMetrics(registry: Registry): QueueMetrics {
  const common = { labelNames: ['name'], registers: [registry] };
  const buckets = exponentialBuckets(10e-9, 10, 12);
  const running: QueueMetrics['running'] = new Map();
  const seconds = (pick: (ages: number[]) => number) =>
    function collect(this: Gauge) {
      for (const [name, { clock, since }] of running)
        this.set({ name }, pick(since.map(at => (clock.now() - at) / 1000)));
    };
  new Gauge({
    ...common,
    name: 'workqueue_unfinished_work_seconds',
    help: 'How many seconds of work has been done that is in progress and has not been observed by work_duration.',
    collect: seconds(ages => ages.reduce((sum, age) => sum + age, 0)),
  });
  new Gauge({
    ...common,
    name: 'workqueue_longest_running_processor_seconds',
    help: 'How many seconds the longest running processor of the workqueue has been running.',
    collect: seconds(ages => Math.max(0, ...ages)),
  });
  return {
    depth: new Gauge({ ...common, name: 'workqueue_depth', help: 'Current depth of the workqueue.' }),
    adds: new Counter({
      ...common,
      name: 'workqueue_adds_total',
      help: 'Total number of adds handled by the workqueue.',
    }),
    waited: new Histogram({
      ...common,
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in the workqueue before being requested.',
      buckets,
    }),
    worked: new Histogram({
      ...common,
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from the workqueue takes.',
      buckets,
    }),
    retries: new Counter({
      ...common,
      name: 'workqueue_retries_total',
      help: 'Total number of retries handled by the workqueue.',
    }),
    running,
  };
}
