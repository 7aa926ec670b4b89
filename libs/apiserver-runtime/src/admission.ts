import type { AdmissionMetrics, AdmissionStep } from './admission-metrics';
import type { AdmissionAttributes, AdmissionPlugin } from './interfaces';

/** AdmissionChain asks the plugins about writes: all that admit in order, later all that validate in order. The first refusal counts. */
export class AdmissionChain {
  constructor(
    private readonly plugins: readonly AdmissionPlugin[],
    private readonly metrics: AdmissionMetrics,
  ) {}

  /** admit asks them a second time if one of them wants that. */
  admit(attributes: AdmissionAttributes): Promise<void> {
    return this.step('admit', attributes, async () => {
      let again = false;
      for (const plugin of this.plugins) {
        if (!plugin.admit || !plugin.handles(attributes)) continue;
        const answer = this.ask(plugin, 'admit', attributes, plugin.admit);
        // Most plugins answer at once: a write waits for those alone that do not.
        if ((answer instanceof Promise ? await answer : answer) === 'again') again = true;
      }
      if (!again) return;
      for (const plugin of this.plugins) {
        if (plugin.admit && plugin.handles(attributes))
          await this.ask(plugin, 'admit', attributes, plugin.readmit ?? plugin.admit);
      }
    });
  }

  validate(attributes: AdmissionAttributes): Promise<void> {
    return this.step('validate', attributes, async () => {
      for (const plugin of this.plugins) {
        if (!plugin.validate || !plugin.handles(attributes)) continue;
        const answer = this.ask(plugin, 'validate', attributes, plugin.validate);
        if (answer instanceof Promise) await answer;
      }
    });
  }

  /** both admits and validates, with a check of the object between the two: for writes whose object is not the runtime's to validate (CONNECT, virtual kinds). */
  async both(attributes: AdmissionAttributes, check?: () => void): Promise<void> {
    await this.admit(attributes);
    check?.();
    await this.validate(attributes);
  }

  private async step(step: AdmissionStep, { operation }: AdmissionAttributes, run: () => Promise<void>): Promise<void> {
    await this.metrics.timed(undefined, step, operation, run);
  }

  private ask<T>(
    plugin: AdmissionPlugin,
    step: AdmissionStep,
    attributes: AdmissionAttributes,
    method: (attributes: AdmissionAttributes) => Promise<T> | T,
  ): Promise<T> | T {
    return this.metrics.timed(plugin.name, step, attributes.operation, () => method.call(plugin, attributes));
  }
}
