import type { flowcontrolv1 } from '@navarch/api';
import { matcherOf, type Matcher } from './match';
import type { FlowCounts } from './flow-counts';
import type { Flows } from './flow-request';
import type { PriorityLevel } from './priority-level';
import { dealHand, flowHash } from './shuffle-shard';

/** MAX_FLOWS bounds the hands that are remembered for a schema. */
const MAX_FLOWS = 4096;
const NO_HAND: readonly number[] = [];

/** FlowSchemaState is a FlowSchema ready to classify requests. A changed FlowSchema gets a new one, with the old counts. */
export class FlowSchemaState implements Flows {
  readonly name: string;
  readonly method: flowcontrolv1.FlowDistinguisherMethod | undefined;
  readonly matches: Matcher;
  /** headers tell a client by which objects it was judged; none for objects that are not stored. */
  readonly headers: Readonly<Record<string, string>>;
  private readonly hands = new Map<string, readonly number[]>();

  constructor(
    schema: flowcontrolv1.FlowSchema,
    readonly level: PriorityLevel,
    readonly counts: FlowCounts,
  ) {
    this.name = schema.metadata?.name ?? '';
    this.method = schema.spec?.distinguisherMethod;
    this.matches = matcherOf(schema);
    const uid = schema.metadata?.uid;
    this.headers = Object.freeze({
      ...(uid && { 'x-kubernetes-pf-flowschema-uid': uid }),
      ...(level.uid && { 'x-kubernetes-pf-prioritylevel-uid': level.uid }),
    });
  }

  handOf(distinguisher: string): readonly number[] {
    const { settings } = this.level;
    if (!settings) return NO_HAND;
    let hand = this.hands.get(distinguisher);
    if (!hand) {
      // Dealing again is cheap; to track which flow is old would not be.
      if (this.hands.size >= MAX_FLOWS) this.hands.clear();
      hand = dealHand(flowHash(this.name, distinguisher), settings.queues, settings.handSize);
      this.hands.set(distinguisher, hand);
    }
    return hand;
  }
}
