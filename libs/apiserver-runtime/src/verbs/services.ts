import type { Clock, Logger } from '@navarch/base';
import type { Minor } from '@navarch/kinds';
import type { AdmissionChain } from '../admission';
import type { ServerMetrics } from '../chain/metrics';
import type { Limits } from '../options';
import type { Registry } from '../registry/registry';

/** Services are what the verbs share: one set a server. */
export interface Services {
  readonly registry: Registry;
  readonly admission: AdmissionChain;
  readonly emulated: Minor;
  readonly allowPrivileged: boolean;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ServerMetrics;
  /** stopping aborts when the server drains: watches end. */
  readonly stopping: AbortSignal;
}
