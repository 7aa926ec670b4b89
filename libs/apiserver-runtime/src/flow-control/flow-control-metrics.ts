import { Counter, Gauge, exposeDistributions, type Distribution, type Registry } from '@navarch/base';
import type { FlowCounts } from './flow-counts';
import type { FlowSchemaState } from './flow-schema-state';
import type { PriorityLevel } from './priority-level';

const FLOW = ['flow_schema', 'priority_level'] as const;
const LEVEL = ['priority_level'] as const;

/** Flow is what there is at the moment, by PriorityAndFairness. */
interface Flow {
  readonly levels: ReadonlyMap<string, PriorityLevel>;
  readonly schemas: readonly FlowSchemaState[];
}

/**
 * exposeFlowControl shows what priority and fairness does, under upstream's names. Numbers are read when somebody asks for
 * them: a request pays for no metric. `seatsWatches`: how long watches took to begin is told, apart from the rest.
 */
export function exposeFlowControl(flow: Flow, registry: Registry, seatsWatches: boolean): void {
  const registers = [registry];
  const counter = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    each: (counter: Counter<L>) => void,
  ) =>
    new Counter<L>({
      name: `apiserver_flowcontrol_${name}`,
      ...{ help, labelNames: [...labelNames], registers },
      collect() {
        this.reset();
        each(this);
      },
    });
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    each: (gauge: Gauge<L>) => void,
  ) =>
    new Gauge<L>({
      name: `apiserver_flowcontrol_${name}`,
      ...{ help, labelNames: [...labelNames], registers },
      collect() {
        this.reset();
        each(this);
      },
    });
  const perFlow = (set: (labels: Record<(typeof FLOW)[number], string>, of: FlowSchemaState) => void) =>
    flow.schemas.forEach(one => set({ flow_schema: one.name, priority_level: one.level.name }, one));
  counter('dispatched_requests_total', 'Number of requests executed by flow control.', FLOW, counter =>
    perFlow((labels, { counts }) => counter.inc(labels, counts.dispatched)),
  );
  counter(
    'rejected_requests_total',
    'Number of requests rejected by flow control, by reason.',
    [...FLOW, 'reason'] as const,
    counter =>
      perFlow((labels, { counts }) => {
        for (const [reason, count] of counts.rejected) counter.inc({ ...labels, reason }, count);
      }),
  );
  gauge('current_inqueue_requests', 'Number of requests waiting in queues of flow control.', FLOW, gauge =>
    perFlow((labels, { counts }) => gauge.set(labels, counts.waiting)),
  );
  gauge('current_executing_requests', 'Number of requests being executed under flow control.', FLOW, gauge =>
    perFlow((labels, { counts }) => gauge.set(labels, counts.executing)),
  );
  gauge('current_executing_seats', 'Number of seats taken by requests under flow control.', FLOW, gauge =>
    perFlow((labels, { counts }) => gauge.set(labels, counts.seats)),
  );
  const histogram = (
    name: string,
    help: string,
    of: (counts: FlowCounts) => readonly (readonly [Record<string, string>, Distribution])[],
  ) =>
    exposeDistributions(registry, { name: `apiserver_flowcontrol_${name}`, help }, () =>
      flow.schemas.flatMap(({ name, level, counts }) =>
        of(counts).map(([more, one]) => [{ flow_schema: name, priority_level: level.name, ...more }, one] as const),
      ),
    );
  histogram('request_wait_duration_seconds', 'Length of time a request spent waiting in its queue.', ({ waited }) => [
    [{ execute: 'true' }, waited.true],
    [{ execute: 'false' }, waited.false],
  ]);
  histogram('request_execution_seconds', 'Duration of request execution under flow control.', ({ executed }) =>
    seatsWatches
      ? [
          [{ type: 'regular' }, executed.regular],
          [{ type: 'watch' }, executed.watch],
        ]
      : [[{}, executed.regular]],
  );
  histogram(
    'request_queue_length_after_enqueue',
    'Length of its queue, as seen by each request after it came in.',
    ({ queueLengths }) => [[{}, queueLengths]],
  );
  histogram('work_estimated_seats', 'Number of seats that requests were expected to need.', ({ estimatedSeats }) => [
    [{}, estimatedSeats],
  ]);
  const perLevel = (name: string, help: string, value: (level: PriorityLevel) => number) =>
    gauge(name, help, LEVEL, gauge => {
      for (const level of flow.levels.values()) gauge.set({ priority_level: level.name }, value(level));
    });
  perLevel('request_concurrency_limit', 'Number of seats of a priority level.', ({ bounds }) => bounds.nominal);
  perLevel('nominal_limit_seats', 'Nominal number of seats of a priority level.', ({ bounds }) => bounds.nominal);
  perLevel('lower_limit_seats', 'Number of seats that a level never lends.', ({ bounds }) => bounds.lower);
  perLevel('upper_limit_seats', 'Number of seats that a level may have with borrowed ones.', ({ bounds, ...level }) =>
    level.isExempt ? bounds.nominal : bounds.upper,
  );
  perLevel('current_limit_seats', 'Number of seats of a level now, lent and borrowed ones counted.', level =>
    level.isExempt ? level.bounds.nominal : level.queues.limit,
  );
  perLevel('request_concurrency_in_use', 'Number of seats taken in a priority level.', ({ queues }) => queues.taken);
}
