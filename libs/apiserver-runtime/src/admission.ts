import type { AdmissionMetrics, AdmissionStep } from './admission-metrics';
import type { AdmissionAttributes, AdmissionPlugin, Operation } from './interfaces';

/** AdmissionChain asks the plugins about writes: all that admit in order, later all that validate in order. The first refusal counts. */
export class AdmissionChain {
  constructor(
    private readonly plugins: readonly AdmissionPlugin[],
    private readonly metrics: AdmissionMetrics,
  ) {}

  /** admit asks them a second time if one of them wants that. */
  admit(attributes: AdmissionAttributes): Promise<void> {
    return this.noted(undefined, 'admit', attributes.operation, performance.now(), this.admitAll(attributes));
  }

  validate(attributes: AdmissionAttributes): Promise<void> {
    return this.noted(undefined, 'validate', attributes.operation, performance.now(), this.validateAll(attributes));
  }

  /** both admits and validates, with a check of the object between the two: for writes whose object is not the runtime's to validate (CONNECT, virtual kinds). */
  async both(attributes: AdmissionAttributes, check?: () => void): Promise<void> {
    await this.admit(attributes);
    check?.();
    await this.validate(attributes);
  }

  private async admitAll(attributes: AdmissionAttributes): Promise<void> {
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
  }

  private async validateAll(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.plugins) {
      if (!plugin.validate || !plugin.handles(attributes)) continue;
      const answer = this.ask(plugin, 'validate', attributes, plugin.validate);
      if (answer instanceof Promise) await answer;
    }
  }

  private ask<T>(
    plugin: AdmissionPlugin,
    step: AdmissionStep,
    attributes: AdmissionAttributes,
    method: (attributes: AdmissionAttributes) => Promise<T> | T,
  ): Promise<T> | T {
    const begun = performance.now();
    const { operation } = attributes;
    let answer: Promise<T> | T;
    try {
      answer = method.call(plugin, attributes);
    } catch (error) {
      this.metrics.note(plugin.name, step, operation, true, begun);
      throw error;
    }
    if (answer instanceof Promise) return this.noted(plugin.name, step, operation, begun, answer);
    this.metrics.note(plugin.name, step, operation, false, begun);
    return answer;
  }

  /** noted is an answer whose time is noted once it is there. */
  private async noted<T>(
    name: string | undefined,
    step: AdmissionStep,
    operation: Operation,
    begun: number,
    answer: Promise<T>,
  ): Promise<T> {
    let rejected = true;
    try {
      const result = await answer;
      rejected = false;
      return result;
    } finally {
      this.metrics.note(name, step, operation, rejected, begun);
    }
  }
}
