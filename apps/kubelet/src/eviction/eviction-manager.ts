import type { corev1 } from '@navarch/api';
import type { Clock, Logger } from '@navarch/base';
import { diskUse } from './disk-use';
import { rankForEviction, type PodUse } from './rank';
import { PRESSURES, thresholdsMet, type Observations, type Pressure, type Threshold } from './thresholds';
import { wholeValue } from '../resources/quantity';

const PERIOD_MS = 10_000;
/** COOL_DOWN_MS: after one eviction the node gets time to feel it before the next. */
const COOL_DOWN_MS = 30_000;

/** EvictionParts are what EvictionManager works with. */
export interface EvictionParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly thresholds: readonly Threshold[];
  observe(): Promise<Observations>;
  activePods(): readonly corev1.Pod[];
  /** memoryUse is what each pod uses, by uid, in bytes. */
  memoryUse(): Promise<ReadonlyMap<string, number>>;
  podDir(uid: string): string;
  evict(uid: string, message: string): void;
  /** onPressure is called when the set of pressures has changed. */
  onPressure(): void;
}

/** EvictionManager watches what runs out on the node, and ends pods before the kernel has to. One pod at a time. */
export class EvictionManager {
  private current: ReadonlySet<Pressure> = new Set();
  private evictedAt = -Infinity;

  constructor(private readonly parts: EvictionParts) {}

  /** pressures are the node's conditions that are True now. */
  get pressures(): ReadonlySet<Pressure> {
    return this.current;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.parts;
    while (!signal.aborted) {
      await this.look().catch((error: unknown) =>
        log.warn('Cannot see what is left on the node', { err: String(error) }),
      );
      await clock.sleep(PERIOD_MS, signal).catch(() => undefined);
    }
  }

  /** look looks once, and evicts at most one pod for the node's sake; pods over a volume's limit go in any case. */
  async look(): Promise<void> {
    const { thresholds, clock } = this.parts;
    const observations = await this.parts.observe();
    const met = thresholdsMet(thresholds, observations);
    const pressures = new Set(met.map(({ signal }) => PRESSURES[signal]));
    const changed =
      pressures.size !== this.current.size || [...pressures].some(pressure => !this.current.has(pressure));
    this.current = pressures;
    if (changed) this.parts.onPressure();
    await this.enforceVolumeLimits();
    const [worst] = met;
    if (!worst || clock.now() - this.evictedAt < COOL_DOWN_MS || worst.signal === 'pid.available') return;
    await this.evictFor(worst, observations.get(worst.signal)!.available);
  }

  private async evictFor({ signal, quantity }: Threshold, available: number): Promise<void> {
    const { clock, log } = this.parts;
    const resource = signal === 'memory.available' ? 'memory' : 'ephemeral-storage';
    const [victim] = rankForEviction(await this.uses(resource), resource);
    if (!victim) return;
    this.evictedAt = clock.now();
    log.warn('Evicting a pod', { pod: victim.metadata?.name, namespace: victim.metadata?.namespace, signal });
    const left = `${Math.floor(available / 1024)}Ki`;
    const message = `The node was low on resource: ${resource}. Threshold quantity: ${quantity}, available: ${left}. `;
    this.parts.evict(victim.metadata?.uid ?? '', message);
  }

  private async uses(resource: 'memory' | 'ephemeral-storage'): Promise<PodUse[]> {
    const pods = this.parts.activePods();
    const memory = resource === 'memory' ? await this.parts.memoryUse() : undefined;
    const uid = (pod: corev1.Pod) => pod.metadata?.uid ?? '';
    return Promise.all(
      pods.map(async pod => ({
        pod,
        used: memory ? (memory.get(uid(pod)) ?? 0) : await diskUse(this.parts.podDir(uid(pod))),
      })),
    );
  }

  private async enforceVolumeLimits(): Promise<void> {
    for (const pod of this.parts.activePods()) {
      for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
        if (!emptyDir?.sizeLimit || emptyDir.medium) continue;
        const directory = `${this.parts.podDir(pod.metadata?.uid ?? '')}/volumes/kubernetes.io~empty-dir/${name}`;
        if ((await diskUse(directory)) <= wholeValue(emptyDir.sizeLimit)) continue;
        this.parts.evict(
          pod.metadata?.uid ?? '',
          `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit ${JSON.stringify(emptyDir.sizeLimit)}. `,
        );
      }
    }
  }
}
