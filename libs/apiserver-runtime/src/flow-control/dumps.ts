import { rfc3339Micro } from '@navarch/base';
import type { Route } from '../interfaces';
import { textResponse } from '../status-response';
import type { PriorityAndFairness } from './priority-and-fairness';

const ROOT = '/debug/api_priority_and_fairness';

/** dumpRoutes show what priority and fairness is doing now, as tables of text: levels, queues, waiting requests. */
export function dumpRoutes(flow: PriorityAndFairness): Route[] {
  const route = (name: string, rows: () => string[][]): Route => ({
    path: `${ROOT}/${name}`,
    unlisted: true,
    handle: () => textResponse(200, table(rows())),
  });
  return [
    route('dump_priority_levels', () => dumpLevels(flow)),
    route('dump_queues', () => dumpQueues(flow)),
    route('dump_requests', () => dumpRequests(flow)),
  ];
}

function dumpLevels({ levels, schemas }: PriorityAndFairness): string[][] {
  const head = ['PriorityLevelName', 'ActiveQueues', 'IsIdle', 'IsQuiescing', 'WaitingRequests', 'ExecutingRequests'];
  const more = ['DispatchedRequests', 'RejectedRequests', 'TimedoutRequests', 'CancelledRequests'];
  const rows = [...levels.values()].map(level => {
    const { queues, name } = level;
    const counts = schemas.filter(schema => schema.level === level).map(schema => schema.counts);
    const sum = (values: readonly number[]) => String(values.reduce((all, one) => all + one, 0));
    const refused = (...reasons: ('queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled')[]) =>
      sum(counts.flatMap(({ rejected }) => reasons.map(reason => rejected.get(reason) ?? 0)));
    const active = queues.states().filter(({ waiting, executing }) => waiting.length || executing).length;
    const isIdle = !queues.executing && !queues.waiting;
    return [
      ...[name, String(active), String(isIdle), 'false', String(queues.waiting), String(queues.executing)],
      ...[sum(counts.map(one => one.dispatched)), refused('queue-full', 'concurrency-limit')],
      ...[refused('time-out'), refused('cancelled')],
    ];
  });
  return [[...head, ...more], ...rows];
}

function dumpQueues({ levels }: PriorityAndFairness): string[][] {
  const rows = [...levels.values()].flatMap(({ name, queues }) =>
    queues
      .states()
      .map(({ waiting, executing, nextR }, index) => [
        ...[name, String(index), String(waiting.length), String(executing), String(executing), nextR.toFixed(4)],
      ]),
  );
  return [
    ['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR'],
    ...rows,
  ];
}

function dumpRequests({ levels }: PriorityAndFairness): string[][] {
  const rows = [...levels.values()].flatMap(({ name, queues }) =>
    queues
      .states()
      .flatMap(({ waiting }, queue) =>
        waiting.map(({ schema, distinguisher, arrivedAt }, index) => [
          ...[name, schema.name, String(queue), String(index), distinguisher, rfc3339Micro(arrivedAt * 1000)],
        ]),
      ),
  );
  return [
    ['PriorityLevelName', 'FlowSchemaName', 'QueueIndex', 'RequestIndexInQueue', 'FlowDistingsher', 'ArriveTime'],
    ...rows,
  ];
}

/** table lays rows out in columns, each cell with a comma behind it, as upstream's dumps do. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]!.length)) + 2);
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : `${cell},`.padEnd(widths[i]!))).join('');
  return `${rows.map(line).join('\n')}\n`;
}
