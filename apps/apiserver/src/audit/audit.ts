import type { AuditPlan, AuditRecord, AuditSink, RequestInfo } from '@navarch/apiserver-runtime';
import { exposeCounts, type Clock, type Logger, type Registry, type Stoppable } from '@navarch/base';
import type { UserInfo } from '@navarch/apimachinery';
import type { Config } from '../config';
import type { LiveFiles } from '../credentials/live';
import type { ApiServerFlags } from '../flags';
import { readReviewEndpoint } from '../outbound/review-client';
import { auditEvent, type AuditEvent } from './event';
import { auditVersions, FORMATS, inVersion, legacyLine } from './format';
import { LogFile } from './log-file';
import { Batching, Blocking, MODES, type AuditBackend, type AuditWriter } from './modes';
import { AuditPolicy } from './policy';
import { Truncating } from './truncate';
import { AuditWebhook } from './webhook';

/** Audit hands the events that a policy wants to its backends. */
export class Audit implements AuditSink, Stoppable {
  private events = 0;
  /** rejected counts the requests that must not go on unrecorded. */
  private rejected = 0;

  constructor(
    private readonly policy: AuditPolicy,
    private readonly backends: readonly AuditBackend[],
    metrics: Registry,
  ) {
    const count = (name: string, help: string, value: () => number) =>
      exposeCounts(metrics, { name: `apiserver_audit_${name}`, help }, () => [[{}, value()]]);
    count('event_total', 'Counter of audit events generated and sent to the audit backend.', () => this.events);
    count(
      'requests_rejected_total',
      'Counter of apiserver requests rejected due to an error in audit logging backend.',
      () => this.rejected,
    );
  }

  plan(info: RequestInfo, user: UserInfo | undefined): AuditPlan | undefined {
    return this.policy.plan(info, user);
  }

  record(record: AuditRecord): Promise<boolean> | undefined {
    const event = auditEvent(record);
    this.events++;
    const kept = this.backends.map(backend => backend.take(event)).filter(one => one !== undefined);
    return kept.length ? Promise.all(kept).then(all => this.note(all.every(Boolean))) : undefined;
  }

  private note(isKept: boolean): boolean {
    if (!isKept) this.rejected++;
    return isKept;
  }

  async stop(): Promise<void> {
    await Promise.all(this.backends.map(backend => backend.stop()));
  }
}

const MEGABYTE = 1024 * 1024;

/** openAudit makes the audit that the flags ask for; undefined if they name no backend. It throws an Error that names a flag that is wrong. */
export function openAudit(
  flags: ApiServerFlags,
  { auditPolicy: policy, emulated }: Pick<Config, 'auditPolicy' | 'emulated'>,
  files: LiveFiles,
  clock: Clock,
  log: Logger,
  metrics: Registry,
): Audit | undefined {
  const { 'audit-log-path': path, 'audit-webhook-config-file': webhook } = flags;
  const backends: AuditBackend[] = [];
  const versions = auditVersions(emulated);
  if (path) {
    const options = {
      path,
      line: lineOf(flags, versions, emulated),
      compress: flags['audit-log-compress'],
      maxBytes: flags['audit-log-maxsize'] * MEGABYTE,
      maxBackups: flags['audit-log-maxbackup'],
      maxAgeDays: flags['audit-log-maxage'],
    };
    backends.push(inMode('audit-log', new LogFile(options, clock, log), flags, clock, log));
  }
  if (webhook) {
    const version = oneOf('audit-webhook-version', flags['audit-webhook-version'], versions);
    const endpoint = files.follow(webhook, read => readReviewEndpoint(webhook, read));
    const writer = new AuditWebhook(endpoint, flags['audit-webhook-initial-backoff'], version, clock);
    backends.push(inMode('audit-webhook', writer, flags, clock, log));
  }
  if (!backends.length) return undefined;
  return new Audit(
    policy === undefined ? AuditPolicy.metadataOnly : AuditPolicy.parse(policy, versions),
    backends,
    metrics,
  );
}

/** lineOf is how the log shows events. */
function lineOf(flags: ApiServerFlags, versions: readonly string[], emulated: number): (event: AuditEvent) => string {
  const version = oneOf('audit-log-version', flags['audit-log-version'], versions);
  return oneOf('audit-log-format', flags['audit-log-format'], FORMATS) === 'legacy'
    ? event => legacyLine(event, emulated)
    : event => JSON.stringify(inVersion(event, version));
}

function oneOf<T extends string>(flag: string, value: string, known: readonly T[]): T {
  const found = known.find(one => one === value);
  if (found === undefined) throw new Error(`--${flag}: ${JSON.stringify(value)} is none of ${known.join(', ')}`);
  return found;
}

/** inMode makes a backend of a writer, as the flags that begin with `prefix` have it. */
function inMode(
  prefix: 'audit-log' | 'audit-webhook',
  writer: AuditWriter,
  flags: ApiServerFlags,
  clock: Clock,
  log: Logger,
): AuditBackend {
  const mode = oneOf(`${prefix}-mode`, flags[`${prefix}-mode`], MODES);
  const bounds = {
    maxBatchBytes: flags[`${prefix}-truncate-max-batch-size`],
    maxEventBytes: flags[`${prefix}-truncate-max-event-size`],
  };
  const bounded = flags[`${prefix}-truncate-enabled`] ? new Truncating(writer, bounds) : writer;
  if (mode !== 'batch') return new Blocking(bounded, mode === 'blocking-strict', log);
  const options = {
    bufferSize: flags[`${prefix}-batch-buffer-size`],
    maxSize: flags[`${prefix}-batch-max-size`],
    maxWaitMs: flags[`${prefix}-batch-max-wait`],
    throttle: flags[`${prefix}-batch-throttle-enable`]
      ? { qps: flags[`${prefix}-batch-throttle-qps`], burst: flags[`${prefix}-batch-throttle-burst`] }
      : undefined,
  };
  return new Batching(bounded, options, clock, log);
}
