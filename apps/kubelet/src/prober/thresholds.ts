/** ProbeState is a probe's verdict so far. Immutable. */
export interface ProbeState {
  /** healthy is what the probe says once a threshold is reached; before that, what it began with. */
  readonly healthy: boolean;
  /** decided: a threshold was reached at least once. */
  readonly decided: boolean;
  /** streak counts equal outcomes in a row. */
  readonly streak: number;
  readonly last: boolean | undefined;
}

/** initialState: liveness begins healthy; readiness and startup do not. */
export function initialState(kind: 'liveness' | 'readiness' | 'startup'): ProbeState {
  return { healthy: kind === 'liveness', decided: false, streak: 0, last: undefined };
}

/** nextState takes one outcome in: the verdict changes after `failureThreshold` failures or `successThreshold` successes in a row. */
export function nextState(
  state: ProbeState,
  ok: boolean,
  thresholds: { readonly success: number; readonly failure: number },
): ProbeState {
  const streak = ok === state.last ? state.streak + 1 : 1;
  const reached = streak >= (ok ? thresholds.success : thresholds.failure);
  return { healthy: reached ? ok : state.healthy, decided: state.decided || reached, streak, last: ok };
}
