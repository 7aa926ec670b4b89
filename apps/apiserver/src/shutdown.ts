import type { Listening } from '@navarch/apiserver-runtime';
import type { Clock, Logger } from '@navarch/base';
import type { ServedApi } from '@navarch/bus';
import type { KubernetesService } from './bootstrap/kubernetes-service';

/** ShutdownParts are what an API server leaves behind, one after the other. */
export interface ShutdownParts {
  readonly front: Pick<Listening, 'discourage' | 'retire'>;
  readonly bus: Pick<ServedApi, 'leave'>;
  readonly kubernetesService: Pick<KubernetesService, 'withdraw'>;
  /** delayMs is how long load balancers may take to see that /readyz fails. */
  readonly delayMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** stop ends the watches, waits for the requests under way, and ends the rest. */
  stop(): Promise<void>;
}

/**
 * Shutdown is the way out, on which no client's request fails: first nobody new is sent here (/readyz, the endpoints of the
 * kubernetes Service, the bus's queue group), while all is served as before; then those who are here are sent away, and what
 * is under way is finished.
 */
export class Shutdown {
  /** begun: /readyz fails from now on. */
  begun = false;
  private running: Promise<void> | undefined;

  /** run shuts down. Idempotent. */
  run(parts: ShutdownParts): Promise<void> {
    this.begun = true;
    return (this.running ??= leave(parts));
  }
}

async function leave({ front, bus, kubernetesService, delayMs, clock, log, stop }: ShutdownParts): Promise<void> {
  front.discourage();
  const failed = (what: string) => (error: unknown) => log.error(`${what} failed`, error);
  await Promise.all([
    bus.leave().catch(failed('Leaving the bus')),
    kubernetesService.withdraw().catch(failed('Withdrawing from the kubernetes service')),
    clock.sleep(delayMs),
  ]);
  await front.retire();
  await stop();
}
