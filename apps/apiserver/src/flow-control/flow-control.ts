import { FlowSchemas, PriorityLevelConfigurations, type flowcontrolv1 } from '@navarch/api';
import { deepEqual, type KubeObject } from '@navarch/apimachinery';
import { PriorityAndFairness, type ApiServer, type Population } from '@navarch/apiserver-runtime';
import type { Clock, Logger, Registry } from '@navarch/base';
import type { Informer, InformerFactory, KubeClient, Patch } from '@navarch/client';
import { Controller } from '@navarch/controller-runtime';
import { FLOW_CONSUMER, FLOW_PRODUCER } from '../field-managers';
import type { ApiServerFlags } from '../flags';
import { danglingCondition } from './dangling';
import { AUTOUPDATE_SINCE, defaultLevels, defaultSchemas } from './default-objects';
import { KeptObjects, MANDATORY } from './kept-objects';

/**
 * WATCHES_SINCE is the release from which on watches need a seat to begin, WORK_SINCE that from which on lists and writes take as many seats as
 * they are work, LENDING_SINCE that from which on levels lend seats.
 */
const WATCHES_SINCE = 22;
const WORK_SINCE = 23;
const LENDING_SINCE = 26;

/** APPLIED_SINCE is the release from which on conditions are applied; before they were patched. */
const APPLIED_SINCE = 27;

/** openFlowControl makes priority and fairness as the flags want it; undefined where they want none. */
export function openFlowControl(
  flags: ApiServerFlags,
  emulated: number,
  clock: Clock,
  metrics: Registry,
  population: Population,
): PriorityAndFairness | undefined {
  if (!flags['enable-priority-and-fairness']) return undefined;
  const seats = flags['max-requests-inflight'] + flags['max-mutating-requests-inflight'];
  if (seats <= 0)
    throw new Error('--max-requests-inflight and --max-mutating-requests-inflight: their sum must be positive');
  const waitLimitMs = flags['request-timeout'] / 4;
  return new PriorityAndFairness({
    ...{ seats, waitLimitMs, clock, metrics },
    lends: emulated >= LENDING_SINCE,
    seatsWatches: emulated >= WATCHES_SINCE,
    ...(emulated >= WORK_SINCE && { population }),
  });
}

/** FlowControlParts are what keeping the flow control objects needs. */
export interface FlowControlParts {
  readonly flow: PriorityAndFairness | undefined;
  readonly informers: InformerFactory;
  readonly client: KubeClient;
  readonly server: () => ApiServer;
  readonly emulated: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * runFlowControl lets the stored objects take effect as they change, keeps the default ones in shape, and tells in the status
 * of FlowSchemas whether their level exists. It resolves when the signal has aborted.
 */
export async function runFlowControl(parts: FlowControlParts, signal: AbortSignal): Promise<void> {
  const { informers, flow, emulated, clock, log } = parts;
  const schemas = informers.informer(FlowSchemas);
  const levels = informers.informer(PriorityLevelConfigurations);
  if (flow) follow(flow, schemas, levels);

  const isKept = ({ metadata }: KubeObject) => emulated >= AUTOUPDATE_SINCE || MANDATORY.has(metadata?.name ?? '');
  const keptLevels = new KeptObjects(defaultLevels(emulated).filter(isKept), levels, () =>
    parts.server().store(PriorityLevelConfigurations, FLOW_PRODUCER),
  );
  const keptSchemas = new KeptObjects(defaultSchemas(emulated).filter(isKept), schemas, () =>
    parts.server().store(FlowSchemas, FLOW_PRODUCER),
  );
  const common = { concurrency: 1, waitFor: [schemas, levels], clock, log };
  const forLevels = new Controller({
    ...common,
    name: 'priority_and_fairness_levels',
    reconcile: ({ name }) => keptLevels.keep(name),
  });
  const forSchemas = new Controller({
    ...common,
    name: 'priority_and_fairness_schemas',
    async reconcile({ name }) {
      await keptSchemas.keep(name);
      await updateCondition(parts, schemas.get('', name), level => levels.get('', level) !== undefined);
    },
  });
  onChange(schemas, name => forSchemas.queue.add(name));
  onChange(levels, name => {
    forLevels.queue.add(name);
    for (const { metadata, spec } of schemas.list())
      if (spec?.priorityLevelConfiguration?.name === name) forSchemas.queue.add(metadata?.name ?? '');
  });
  await Promise.all([forLevels.run(signal), forSchemas.run(signal), flow?.run(signal)]);
}

/** follow configures flow control anew whenever the objects have changed, once for the changes of one moment. */
function follow(
  flow: PriorityAndFairness,
  schemas: Informer<flowcontrolv1.FlowSchema>,
  levels: Informer<flowcontrolv1.PriorityLevelConfiguration>,
): void {
  let pending = false;
  const configure = () => {
    if (pending) return;
    pending = true;
    setImmediate(() => {
      pending = false;
      flow.configure(schemas.list(), levels.list());
    });
  };
  const handler = {
    added: configure,
    updated: (old: { spec?: object }, current: { spec?: object }) => {
      if (!deepEqual(old.spec, current.spec)) configure();
    },
    deleted: configure,
  };
  schemas.addHandler(handler);
  levels.addHandler(handler);
}

function onChange<T extends KubeObject>(informer: Informer<T>, changed: (name: string) => void): void {
  const tell = ({ metadata }: T) => changed(metadata?.name ?? '');
  informer.addHandler({ added: tell, updated: (_old, current) => tell(current), deleted: tell });
}

async function updateCondition(
  { client, clock, emulated }: FlowControlParts,
  schema: flowcontrolv1.FlowSchema | undefined,
  hasLevel: (name: string) => boolean,
): Promise<void> {
  const condition = schema && danglingCondition(schema, hasLevel, clock.now());
  if (!condition) return;
  const { name = '', uid } = schema.metadata!;
  const body = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    // A new object of the same name is none of this one's business.
    metadata: { name, uid },
    status: { conditions: [condition] },
  };
  const patch: Patch =
    emulated < APPLIED_SINCE
      ? { type: 'strategic', body }
      : { type: 'apply', fieldManager: FLOW_CONSUMER, force: true, body };
  await client.resource(FlowSchemas).patch('', name, patch, { subresource: 'status', fieldManager: FLOW_CONSUMER });
}
