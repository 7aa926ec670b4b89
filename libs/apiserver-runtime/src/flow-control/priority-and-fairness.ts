import type { flowcontrolv1 } from '@navarch/api';
import type { Clock, Registry } from '@navarch/base';
import { mandatoryLevels, mandatorySchemas } from '@navarch/kinds';
import { flightKindOf } from '../chain/flow-control';
import type { FlightKind, FlowControl, Population, RequestContext, Seat } from '../interfaces';
import { isLongRunning } from '../request-info';
import { exposeFlowControl } from './flow-control-metrics';
import { FlowRequest } from './flow-request';
import { FlowCounts } from './flow-counts';
import { FlowSchemaState } from './flow-schema-state';
import { boundsOf, lend } from './limits';
import { withMandatory } from './mandatory';
import { byPrecedence, distinguisherOf } from './match';
import { PriorityLevel } from './priority-level';
import { estimateWork, ONE_SEAT } from './work-estimate';

/** ADJUST_MS is how often levels lend each other seats. */
const ADJUST_MS = 10_000;

/** PriorityAndFairnessOptions are what the server's seats are. */
export interface PriorityAndFairnessOptions {
  /** seats is the number of requests that the server serves at a time, exempt ones apart. */
  readonly seats: number;
  /** waitLimitMs bounds how long a request waits in a queue. */
  readonly waitLimitMs: number;
  /** lends: levels lend each other seats, as releases from 1.26 on do. */
  readonly lends: boolean;
  /** seatsWatches: watches need a seat to begin, as in releases from 1.22 on; metrics tell them apart. */
  readonly seatsWatches: boolean;
  /** population lets lists and writes take as many seats as they are work; each request takes one unless given. */
  readonly population?: Population | undefined;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/**
 * PriorityAndFairness serves requests by FlowSchemas and PriorityLevelConfigurations: a request belongs to the first schema
 * that matches it, whose level has seats of its own and queues that it shares fairly between flows.
 */
export class PriorityAndFairness implements FlowControl {
  readonly current: Record<FlightKind, number> = { mutating: 0, readOnly: 0 };
  /** levels by name. One that is no longer configured goes on with what it has, and is forgotten. */
  levels: ReadonlyMap<string, PriorityLevel> = new Map();
  /** schemas in the order in which they are tried; the last one catches all. */
  schemas: readonly FlowSchemaState[] = [];

  constructor(private readonly options: PriorityAndFairnessOptions) {
    this.configure([], []);
    exposeFlowControl(this, options.metrics, options.seatsWatches);
  }

  /** configure takes the present objects, all of them. A schema that refers to no level is left out. */
  configure(
    schemas: readonly flowcontrolv1.FlowSchema[],
    levels: readonly flowcontrolv1.PriorityLevelConfiguration[],
  ): void {
    const allLevels = withMandatory(levels, mandatoryLevels);
    const bounds = boundsOf(allLevels, this.options.seats, this.options.lends);
    this.levels = new Map(allLevels.map((level, i) => [level.metadata!.name!, this.level(level, bounds[i]!)]));
    const counts = new Map(this.schemas.map(one => [countsKey(one.name, one.level.name), one.counts]));
    this.schemas = withMandatory(schemas, mandatorySchemas)
      .sort(byPrecedence)
      .flatMap(schema => {
        const level = this.levels.get(schema.spec?.priorityLevelConfiguration?.name ?? '');
        if (!level) return [];
        const key = countsKey(schema.metadata?.name ?? '', level.name);
        return [new FlowSchemaState(schema, level, counts.get(key) ?? new FlowCounts())];
      });
  }

  private level(level: flowcontrolv1.PriorityLevelConfiguration, bounds: ReturnType<typeof boundsOf>[number]) {
    const { clock, waitLimitMs } = this.options;
    const name = level.metadata?.name ?? '';
    const state = this.levels.get(name) ?? new PriorityLevel(name, level.spec?.type === 'Exempt', clock, waitLimitMs);
    state.configure(level, bounds);
    return state;
  }

  /** enter: connections and logs need no seat; a watch needs one until it has begun. */
  enter(context: RequestContext): Seat | Promise<Seat> | undefined {
    const { info, user, request } = context;
    if (isLongRunning(info) && !(info.verb === 'watch' && this.options.seatsWatches)) return undefined;
    const schema = this.schemas.find(one => one.matches(info, user)) ?? this.schemas.at(-1)!;
    const distinguisher = distinguisherOf(schema.method, info, user);
    const { level } = schema;
    const { population } = this.options;
    const work = population ? estimateWork(context, population, level.bounds.nominal) : ONE_SEAT;
    const flow = new FlowRequest(schema, level, distinguisher, work, flightKindOf(info), this.current);
    if (info.verb === 'watch') flow.type = 'watch';
    return level.enter(flow, () => request.signal);
  }

  /** run lets levels lend each other seats until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (this.options.lends && !signal.aborted) {
      await this.options.clock.sleep(ADJUST_MS, signal).catch(() => undefined);
      this.adjust();
    }
  }

  /** adjust moves seats to where they were wanted in the period that ends now. */
  adjust(): void {
    const all = [...this.levels.values()];
    const demands = new Map(all.map(level => [level, level.periodDemand()]));
    // What exempt requests take is not there for the others; nobody can lend it to them.
    const exempt = all.filter(level => level.isExempt).reduce((sum, level) => sum + demands.get(level)!.high, 0);
    const limited = all.filter(level => !level.isExempt);
    const least = limited.reduce((sum, { bounds }) => sum + bounds.lower, 0);
    const total = Math.max(least, this.options.seats - exempt);
    const seats = lend(
      limited.map(level => level.bounds),
      limited.map(level => demands.get(level)!),
      total,
    );
    limited.forEach((level, i) => level.setSeats(seats[i]!));
  }
}

const countsKey = (schema: string, level: string) => `${level}/${schema}`;
