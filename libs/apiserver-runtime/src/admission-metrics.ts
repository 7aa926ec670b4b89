import { Distributions, type Distribution, type Registry } from '@navarch/base';
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

  /** of is where the times of a step as a whole are noted. */
  of(step: AdmissionStep): StepTimes {
    return new StepTimes((operation, rejected) => this.steps.of(operation, rejected, step));
  }

  /** ofPlugin is where the times of a plugin's part in a step are noted. */
  ofPlugin(name: string, step: AdmissionStep): StepTimes {
    return new StepTimes((operation, rejected) => this.plugins.of(name, operation, rejected, step));
  }
}

/** StepTimes takes the times of one step. Every write makes dozens of them, so that the common ones are found by the operation alone. */
export class StepTimes {
  private readonly admitted = new Map<Operation, Distribution>();

  constructor(private readonly find: (operation: Operation, rejected: string) => Distribution) {}

  /** note takes how long a step took since performance.now() was `begun`, and answers what it is now. */
  note(operation: Operation, rejected: boolean, begun: number): number {
    const now = performance.now();
    const seconds = (now - begun) / 1000;
    if (rejected) this.find(operation, 'true').add(seconds);
    else this.ofAdmitted(operation).add(seconds);
    return now;
  }

  private ofAdmitted(operation: Operation): Distribution {
    let times = this.admitted.get(operation);
    if (!times) this.admitted.set(operation, (times = this.find(operation, 'false')));
    return times;
  }
}
