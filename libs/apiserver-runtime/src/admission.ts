import type { AdmissionAttributes, AdmissionPlugin } from './interfaces';

/** AdmissionChain asks the plugins about writes: all that admit in order, later all that validate in order. The first refusal counts. */
export class AdmissionChain {
  constructor(private readonly plugins: readonly AdmissionPlugin[]) {}

  /** admit asks them a second time if one of them wants that. */
  async admit(attributes: AdmissionAttributes): Promise<void> {
    let again = false;
    for (const plugin of this.plugins) {
      if (plugin.admit && plugin.handles(attributes) && (await plugin.admit(attributes)) === 'again') again = true;
    }
    if (!again) return;
    for (const plugin of this.plugins) {
      if (plugin.admit && plugin.handles(attributes)) await (plugin.readmit ?? plugin.admit).call(plugin, attributes);
    }
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.plugins) {
      if (plugin.validate && plugin.handles(attributes)) await plugin.validate(attributes);
    }
  }

  /** both admits and validates: for writes whose object is not the runtime's to validate (CONNECT, virtual kinds). */
  async both(attributes: AdmissionAttributes): Promise<void> {
    await this.admit(attributes);
    await this.validate(attributes);
  }
}
