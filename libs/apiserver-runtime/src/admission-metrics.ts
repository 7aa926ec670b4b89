import { Distributions, type Registry } from '@navarch/base';
import type { Operation } from './interfaces';

export type AdmissionStep = 'admit' | 'validate';

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const STEP_LABELS = ['operation', 'rejected', 'type'] as const;

/** AdmissionMetrics tell how long admission takes, as a whole and plugin by plugin. */
export class AdmissionMetrics {
  private readonly steps: Distributions<(typeof STEP_LABELS)[number]>;
  private readonly plugins: Distributions<'name' | (typeof STEP_LABELS)[number]>;

  constructor(registry: Registry) {
    this.steps = new Distributions(registry, {
      name: 'apiserver_admission_step_admission_duration_seconds',
      help: 'Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
      labelNames: STEP_LABELS,
      buckets: BUCKETS,
    });
    this.plugins = new Distributions(registry, {
      name: 'apiserver_admission_controller_admission_duration_seconds',
      help: 'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
      labelNames: ['name', ...STEP_LABELS],
      buckets: BUCKETS,
    });
  }

  /** note takes how long a step took, of one plugin or as a whole, since performance.now() was `begun`. */
  note(name: string | undefined, step: AdmissionStep, operation: Operation, rejected: boolean, begun: number): void {
    const part =
      name === undefined
        ? this.steps.of(operation, String(rejected), step)
        : this.plugins.of(name, operation, String(rejected), step);
    part.add((performance.now() - begun) / 1000);
  }
}
