import type { Health } from '../routes/health';
import { hookCheck, type HookName } from '../routes/known-checks';

/**
 * PostStartHooks are what the server does once after it has started: /readyz waits for them. Who does a hook's work claims it,
 * before the routes are made; what nobody claims is not listed, nor what the emulated release does not have.
 */
export class PostStartHooks {
  constructor(
    private readonly health: Health,
    private readonly emulated: number,
  ) {}

  /** claim adds the health checks of hooks; they fail until the answered function is called. */
  claim(...names: readonly HookName[]): () => void {
    const finished = names.flatMap(name => {
      const check = hookCheck(name, this.emulated);
      return check === undefined ? [] : [this.health.pending(check)];
    });
    return () => {
      for (const finish of finished) finish();
    };
  }
}
