import { flag } from '@navarch/nest-host';

interface Defaults {
  readonly mode: string;
  readonly maxSize: number;
  readonly maxWait: string;
  readonly throttle: boolean;
  readonly qps: number;
  readonly burst: number;
}

/** auditModeFlags are the flags that the log and the webhook have alike: how requests wait for it, and how much is written at a time. */
export function auditModeFlags<P extends 'audit-log' | 'audit-webhook'>(prefix: P, defaults: Defaults) {
  const named = {
    mode: flag.string(
      defaults.mode,
      'batch: events are written together, and no request waits; blocking: a request waits until its arrival is written; blocking-strict: and is refused if it cannot be',
    ),
    'batch-buffer-size': flag.int(10_000, 'audit events that may wait to be written; more are dropped'),
    'batch-max-size': flag.int(defaults.maxSize, 'audit events written at a time'),
    'batch-max-wait': flag.duration(defaults.maxWait, 'how long audit events wait for others to be written with'),
    'batch-throttle-enable': flag.bool(defaults.throttle, 'bound how many batches are written in a second'),
    'batch-throttle-qps': flag.int(defaults.qps, 'batches written in a second, on average'),
    'batch-throttle-burst': flag.int(defaults.burst, 'batches written at once after a pause'),
    'truncate-enabled': flag.bool(
      false,
      'leave bodies out of events that are too long, and write long batches in parts',
    ),
    'truncate-max-batch-size': flag.int(10 * 1024 * 1024, 'bytes of a batch'),
    'truncate-max-event-size': flag.int(100 * 1024, 'bytes of an event'),
  };
  type Named = { [K in keyof typeof named as `${P}-${K}`]: (typeof named)[K] };
  return Object.fromEntries(Object.entries(named).map(([name, one]) => [`${prefix}-${name}`, one])) as Named;
}
