import { Counter, Distributions, type Registry } from '@navarch/base';

const LABELS = ['name', 'operation', 'rejected', 'type'] as const;

/** WebhookCall is what a webhook was asked about, and as what. */
export interface WebhookCall {
  readonly name: string;
  readonly operation: string;
  readonly type: 'admit' | 'validating';
}

/** WebhookMetrics tell how long webhooks take, what they refuse and how often they fail. */
export class WebhookMetrics {
  private readonly durations: Distributions<(typeof LABELS)[number]>;
  private readonly rejections: Counter<'name' | 'operation' | 'type' | 'error_type' | 'rejection_code'>;
  private readonly ignored: Counter<'name' | 'type'>;

  constructor(registry: Registry) {
    this.durations = new Distributions(registry, {
      name: 'apiserver_admission_webhook_admission_duration_seconds',
      help: 'Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
      labelNames: LABELS,
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
    });
    this.rejections = new Counter({
      name: 'apiserver_admission_webhook_rejection_count',
      help: 'Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation.',
      labelNames: ['name', 'operation', 'type', 'error_type', 'rejection_code'],
      registers: [registry],
    });
    this.ignored = new Counter({
      name: 'apiserver_admission_webhook_fail_open_count',
      help: 'Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
      labelNames: ['name', 'type'],
      registers: [registry],
    });
  }

  /** allowed: the webhook let the write pass. */
  allowed(call: WebhookCall, seconds: number): void {
    this.observe(call, 'false', seconds);
  }

  /** denied: it said no, with this code. */
  denied(call: WebhookCall, seconds: number, code: number): void {
    this.observe(call, 'true', seconds);
    this.rejections.inc({ ...call, error_type: 'no_error', rejection_code: String(code) });
  }

  /** failed: nobody knows what it says; that refuses the write, unless it is ignored. */
  failed(call: WebhookCall, seconds: number, isIgnored: boolean): void {
    this.observe(call, String(!isIgnored), seconds);
    if (isIgnored) this.ignored.inc({ name: call.name, type: call.type });
    else this.rejections.inc({ ...call, error_type: 'calling_webhook_error', rejection_code: '0' });
  }

  private observe({ name, operation, type }: WebhookCall, rejected: string, seconds: number): void {
    this.durations.of(name, operation, rejected, type).add(seconds);
  }
}
