import type { Logger } from '@navarch/base';
import { flag, type Flag } from '@navarch/nest-host';

/** SWITCHES and VALUES are flags that upstream has deprecated, and that have no effect here, so that the command lines of older clusters hold. */
const SWITCHES = [
  'add-dir-header',
  'alsologtostderr',
  'enable-swagger-ui',
  'experimental-logging-sanitization',
  'kubelet-https',
  'logtostderr',
  'one-output',
  'repair-malformed-updates',
  'skip-headers',
  'skip-log-headers',
] as const;
const VALUES = [
  'address',
  'apiserver-count',
  'cloud-config',
  'cloud-provider',
  'cloud-provider-gce-l7lb-src-cidrs',
  'deserialization-cache-size',
  'insecure-bind-address',
  'insecure-port',
  'kubelet-port',
  'kubelet-read-only-port',
  'log-backtrace-at',
  'log-dir',
  'log-file',
  'log-file-max-size',
  'master-service-namespace',
  'port',
  'ssh-keyfile',
  'ssh-user',
  'stderrthreshold',
  'target-ram-mb',
] as const;

/** NEEDLESS are about what is the same here whatever they say: there is no profiler, one way to store, one watch cache. */
const NEEDLESS_SWITCHES = [
  'contention-profiling',
  'enable-garbage-collector',
  'permit-address-sharing',
  'profiling',
  'service-account-lookup',
  'watch-cache',
] as const;
const NEEDLESS_VALUES = [
  'default-watch-cache-size',
  'storage-backend',
  'storage-media-type',
  'watch-cache-sizes',
] as const;

const HELP = 'has no effect: deprecated';

const NEEDLESS = 'has no effect';

type Switch = (typeof SWITCHES)[number] | (typeof NEEDLESS_SWITCHES)[number];
type Value = (typeof VALUES)[number] | (typeof NEEDLESS_VALUES)[number];
type DeprecatedFlags = Readonly<Record<Switch, Flag<boolean>>> & Readonly<Record<Value, Flag<string>>>;

/** DEPRECATED_FLAGS are taken and do nothing. */
export const DEPRECATED_FLAGS = Object.fromEntries([
  ...SWITCHES.map(name => [name, flag.bool(false, HELP)] as const),
  ...VALUES.map(name => [name, flag.string('', HELP)] as const),
  ...NEEDLESS_SWITCHES.map(name => [name, flag.bool(false, NEEDLESS)] as const),
  ...NEEDLESS_VALUES.map(name => [name, flag.string('', NEEDLESS)] as const),
]) as DeprecatedFlags;

/** warnOfDeprecated tells of those that are set. */
export function warnOfDeprecated(flags: Readonly<Record<string, unknown>>, log: Pick<Logger, 'warn'>): void {
  const given = [...SWITCHES, ...VALUES].filter(name => flags[name]);
  if (given.length) log.warn('Flags that are deprecated have no effect', { flags: given.map(name => `--${name}`) });
}
