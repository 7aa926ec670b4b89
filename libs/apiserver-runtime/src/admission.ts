import type { AdmissionMetrics, AdmissionStep, StepTimes } from './admission-metrics';
import type { AdmissionAttributes, AdmissionPlugin, Operation } from './interfaces';

/** Part is a plugin's part in a step, and where its times are noted. */
interface Part {
  readonly plugin: AdmissionPlugin;
  readonly ask: (attributes: AdmissionAttributes) => Promise<'again' | void> | void;
  readonly times: StepTimes;
}

/** AdmissionChain asks the plugins about writes: all that admit in order, later all that validate in order. The first refusal counts. */
export class AdmissionChain {
  private readonly admitting: readonly Part[];
  private readonly readmitting: readonly Part[];
  private readonly validating: readonly Part[];
  private readonly admits: StepTimes;
  private readonly validates: StepTimes;

  constructor(plugins: readonly AdmissionPlugin[], metrics: AdmissionMetrics) {
    const parts = (step: AdmissionStep, askOf: (plugin: AdmissionPlugin) => Part['ask'] | undefined) =>
      plugins.flatMap(plugin => {
        const ask = askOf(plugin);
        return ask ? [{ plugin, ask, times: metrics.ofPlugin(plugin.name, step) }] : [];
      });
    this.admitting = parts('admit', plugin => plugin.admit);
    this.readmitting = parts('admit', plugin => plugin.admit && (plugin.readmit ?? plugin.admit));
    this.validating = parts('validate', plugin => plugin.validate);
    this.admits = metrics.of('admit');
    this.validates = metrics.of('validate');
  }

  /** admit asks them a second time if one of them wants that. */
  admit(attributes: AdmissionAttributes): Promise<void> {
    return timed(this.admits, attributes.operation, async () => {
      if (await askAll(this.admitting, attributes)) await askAll(this.readmitting, attributes);
    });
  }

  validate(attributes: AdmissionAttributes): Promise<void> {
    return timed(this.validates, attributes.operation, () => askAll(this.validating, attributes));
  }

  /** both admits and validates, with a check of the object between the two: for writes whose object is not the runtime's to validate (CONNECT, virtual kinds). */
  async both(attributes: AdmissionAttributes, check?: () => void): Promise<void> {
    await this.admit(attributes);
    check?.();
    await this.validate(attributes);
  }
}

async function timed(times: StepTimes, operation: Operation, work: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  let rejected = true;
  try {
    await work();
    rejected = false;
  } finally {
    times.note(operation, rejected, begun);
  }
}

/** askAll asks one plugin after the other, whose time begins where that of the one before ends. It answers whether one wants all to be asked again. */
async function askAll(parts: readonly Part[], attributes: AdmissionAttributes): Promise<boolean> {
  const { operation } = attributes;
  let again = false;
  let begun = performance.now();
  for (const { plugin, ask, times } of parts) {
    if (!plugin.handles(attributes)) continue;
    let rejected = true;
    try {
      const answer = ask.call(plugin, attributes);
      // Most plugins answer at once: a write waits for those alone that do not.
      if ((answer instanceof Promise ? await answer : answer) === 'again') again = true;
      rejected = false;
    } finally {
      begun = times.note(operation, rejected, begun);
    }
  }
  return again;
}
