import type { AuditRecord, AuditSink, RequestInfo } from '@navarch/apiserver-runtime';
import type { Logger, Stoppable } from '@navarch/base';
import type { UserInfo } from '@navarch/apimachinery';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { auditEvent } from './event';
import type { AuditPolicy } from './policy';

/** MAX_WAITING_BYTES bounds what waits for the disk; lines past it are dropped, and how many is logged. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** AuditLog appends a line of JSON for each request that its policy wants kept. It never blocks a request. */
export class AuditLog implements AuditSink, Stoppable {
  private readonly out: Writable;
  private dropped = 0;

  constructor(
    path: string,
    private readonly policy: AuditPolicy,
    private readonly log: Logger,
  ) {
    this.out = path === '-' ? process.stdout : createWriteStream(path, { flags: 'a', mode: 0o600 });
    this.out.on('error', error => this.log.error('Writing the audit log failed', error));
    this.out.on('drain', () => this.report());
  }

  wantsBodies(info: RequestInfo, user: UserInfo): boolean {
    const level = this.policy.levelOf(info, user);
    return level === 'Request' || level === 'RequestResponse';
  }

  record(record: AuditRecord): void {
    const level = this.policy.levelOf(record.info, record.user);
    if (level === 'None') return;
    if (this.out.writableLength > MAX_WAITING_BYTES) this.dropped++;
    else this.out.write(`${JSON.stringify(auditEvent(record, level))}\n`);
  }

  async stop(): Promise<void> {
    this.report();
    if (this.out === process.stdout) return;
    await new Promise<void>(resolve => this.out.end(resolve));
  }

  private report(): void {
    if (!this.dropped) return;
    this.log.error('The disk was too slow for the audit log: lines were dropped', undefined, { dropped: this.dropped });
    this.dropped = 0;
  }
}
