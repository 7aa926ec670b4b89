/** StatusCode is how an extension point ended. `unresolvable`: no preemption could help. */
export type StatusCode = 'success' | 'unschedulable' | 'unresolvable' | 'error' | 'skip';

/** Status is a plugin's verdict where it is not plain success. Rejections are values, not exceptions. */
export interface Status {
  readonly code: StatusCode;
  /** reasons end up in the FailedScheduling event, counted over the nodes. */
  readonly reasons: readonly string[];
  /** plugin is filled in by the framework. */
  readonly plugin?: string;
}

export const unschedulable = (...reasons: string[]): Status => ({ code: 'unschedulable', reasons });
export const unresolvable = (...reasons: string[]): Status => ({ code: 'unresolvable', reasons });
export const failure = (error: unknown): Status => ({
  code: 'error',
  reasons: [error instanceof Error ? error.message : String(error)],
});
export const SKIP: Status = { code: 'skip', reasons: [] };

/** isRejected: the pod does not fit, which is no error. */
export function isRejected(status: Status | undefined): status is Status {
  return status?.code === 'unschedulable' || status?.code === 'unresolvable';
}
