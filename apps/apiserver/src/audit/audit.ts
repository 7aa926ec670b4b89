import type { AuditPlan, AuditRecord, AuditSink, RequestInfo } from '@navarch/apiserver-runtime';
import type { Clock, Logger, Stoppable } from '@navarch/base';
import type { UserInfo } from '@navarch/apimachinery';
import type { LiveFiles } from '../credentials/live';
import type { ApiServerFlags } from '../flags';
import { readReviewEndpoint } from '../outbound/review-client';
import { auditEvent } from './event';
import { LogFile } from './log-file';
import { AuditPolicy } from './policy';
import { WebhookBackend } from './webhook-backend';

/** AuditBackend keeps events somewhere. It must not block and not throw. */
export interface AuditBackend extends Stoppable {
  take(event: object): void;
}

/** Audit hands the events that a policy wants to its backends. */
export class Audit implements AuditSink, Stoppable {
  constructor(
    private readonly policy: AuditPolicy,
    private readonly backends: readonly AuditBackend[],
  ) {}

  plan(info: RequestInfo, user: UserInfo | undefined): AuditPlan | undefined {
    return this.policy.plan(info, user);
  }

  record(record: AuditRecord): void {
    const event = auditEvent(record);
    for (const backend of this.backends) backend.take(event);
  }

  async stop(): Promise<void> {
    await Promise.all(this.backends.map(backend => backend.stop()));
  }
}

const MEGABYTE = 1024 * 1024;

/** openAudit makes the audit that the flags ask for; undefined if they name no backend. */
export function openAudit(
  flags: ApiServerFlags,
  policy: unknown,
  files: LiveFiles,
  clock: Clock,
  log: Logger,
): Audit | undefined {
  const { 'audit-log-path': path, 'audit-webhook-config-file': webhook } = flags;
  const backends: AuditBackend[] = [];
  if (path) {
    const options = {
      path,
      maxBytes: flags['audit-log-maxsize'] * MEGABYTE,
      maxBackups: flags['audit-log-maxbackup'],
      maxAgeDays: flags['audit-log-maxage'],
    };
    backends.push(new LogFile(options, clock, log));
  }
  if (webhook) {
    const endpoint = files.follow(webhook, read => readReviewEndpoint(webhook, read));
    const batch = {
      bufferSize: flags['audit-webhook-batch-buffer-size'],
      maxSize: flags['audit-webhook-batch-max-size'],
      maxWaitMs: flags['audit-webhook-batch-max-wait'],
      initialBackoffMs: flags['audit-webhook-initial-backoff'],
    };
    backends.push(new WebhookBackend(endpoint, batch, clock, log));
  }
  if (!backends.length) return undefined;
  return new Audit(policy === undefined ? AuditPolicy.metadataOnly : AuditPolicy.parse(policy), backends);
}
