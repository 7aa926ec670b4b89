import { escapeHtml, forbidden, StatusError } from '@navarch/apimachinery';
import type { AdmissionAttributes } from '@navarch/apiserver-runtime';
import { groupResource, objectName } from '../refuse';
import type { Finding, Outcome } from './evaluation';
import type { Binding, Policy } from './policy';

const FAILURE_ANNOTATION = 'validation.policy.admission.k8s.io/validation_failure';
const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/** Failure is the entry of the audit annotation that tells of a finding. */
interface Failure {
  readonly message: string;
  readonly policy: string;
  readonly binding: string;
  readonly expressionIndex: number;
  readonly validationActions: readonly string[];
}

/** Verdicts collect what all policies say of one write. */
export class Verdicts {
  private first: { readonly message: string; readonly reason: string } | undefined;
  private readonly warnings: string[] = [];
  private failure: Failure | undefined;
  private readonly annotations = new Map<string, Set<string>>();

  /** add takes a policy's outcome under one of its bindings, whose actions say what a finding leads to. */
  add({ metadata, spec }: Policy, binding: Binding, { findings, annotations }: Outcome): void {
    const policy = metadata!.name!;
    const name = binding.metadata!.name!;
    const actions = binding.spec?.validationActions ?? [];
    for (const finding of findings) {
      if (finding.isError && spec?.failurePolicy === 'Ignore') continue;
      for (const action of finding.refuses ? ['Deny'] : actions) this.act(action, policy, name, finding, actions);
    }
    for (const { key, value } of annotations) {
      const full = `${policy}/${key}`;
      this.annotations.set(full, (this.annotations.get(full) ?? new Set()).add(value));
    }
  }

  private act(action: string, policy: string, binding: string, finding: Finding, actions: readonly string[]): void {
    const { message, reason, index } = finding;
    const title = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}'`;
    switch (action) {
      case 'Deny':
        this.first ??= { message: `${title} denied request: ${message}`, reason: reason || 'Invalid' };
        break;
      case 'Warn':
        this.warnings.push(`Validation failed for ${title}: ${message}`);
        break;
      case 'Audit':
        // An annotation is never written over.
        this.failure ??= { message, policy, binding, expressionIndex: index, validationActions: actions };
    }
  }

  /** publish hands out warnings and audit annotations. */
  publish(attributes: AdmissionAttributes): void {
    for (const text of this.warnings) attributes.warn(text);
    if (this.failure) attributes.annotate(FAILURE_ANNOTATION, escapeHtml(JSON.stringify([this.failure])));
    for (const [key, values] of this.annotations) attributes.annotate(key, [...values].join(', '));
  }

  /** refusal is the answer to a write that is denied: the first finding counts. */
  refusal(attributes: AdmissionAttributes): StatusError | undefined {
    if (!this.first) return undefined;
    const { message, reason } = this.first;
    const { message: text, details } = forbidden(
      groupResource(attributes),
      objectName(attributes) || 'Unknown',
      message,
    );
    return new StatusError(CODES[reason] ?? 422, reason, text, { ...details, causes: [{ message }] });
  }
}
