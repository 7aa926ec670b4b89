import type { Clock } from '@navarch/base';

/**
 * afterBeat calls back after a beat. `listened`: this process ran meanwhile. One that did not could hear nobody: who was silent for it is to
 * be judged at the next beat, when what has come in has been read.
 */
export function afterBeat(clock: Clock, beatMs: number, beat: (listened: boolean) => void): Disposable {
  const due = clock.now() + beatMs;
  return clock.after(beatMs, () => beat(clock.now() - due < beatMs));
}
