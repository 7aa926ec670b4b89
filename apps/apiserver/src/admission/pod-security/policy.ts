import { field, Path, type FieldError } from '@navarch/apimachinery';
import type { Fields } from '../../config-files/fields';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
const MODES = ['enforce', 'audit', 'warn'] as const;
const LABELS = Object.fromEntries(
  MODES.map(mode => [
    mode,
    { level: `pod-security.kubernetes.io/${mode}`, version: `pod-security.kubernetes.io/${mode}-version` },
  ]),
) as Readonly<Record<Mode, { readonly level: string; readonly version: string }>>;
const VERSION = /^v1\.(0|[1-9]\d*)$/;

export type Level = (typeof LEVELS)[number];
export type Mode = (typeof MODES)[number];

/** Policy is a standard as of a release; `latest` is the server's. */
export interface Policy {
  readonly level: Level;
  readonly version: string;
}

/** PodSecuritySettings are what holds for namespaces that say nothing, and who is let be. */
export interface PodSecuritySettings {
  readonly defaults: Readonly<Record<Mode, Policy>>;
  readonly exempt: {
    readonly usernames: ReadonlySet<string>;
    readonly namespaces: ReadonlySet<string>;
    readonly runtimeClasses: ReadonlySet<string>;
  };
}

const PRIVILEGED: Policy = { level: 'privileged', version: 'latest' };

/** noSettings: everything is allowed that labels do not forbid. */
export const noSettings: PodSecuritySettings = {
  defaults: { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED },
  exempt: { usernames: new Set(), namespaces: new Set(), runtimeClasses: new Set() },
};

/** readPodSecuritySettings reads a PodSecurityConfiguration. */
export function readPodSecuritySettings(fields: Fields): PodSecuritySettings {
  fields.oneOf('kind', ['PodSecurityConfiguration']);
  const group = 'pod-security.admission.config.k8s.io';
  fields.oneOf('apiVersion', [`${group}/v1alpha1`, `${group}/v1beta1`, `${group}/v1`]);
  const given = fields.object('defaults');
  const policy = (mode: Mode): Policy => {
    const level = given?.oneOf(mode, LEVELS, 'privileged') ?? 'privileged';
    const version = given?.text(`${mode}-version`) || 'latest';
    return isVersion(version) ? { level, version } : given!.fail(`${mode}-version`, 'must be "latest" or "v1.x"');
  };
  const defaults = { enforce: policy('enforce'), audit: policy('audit'), warn: policy('warn') };
  given?.end();
  const exemptions = fields.object('exemptions');
  const set = (name: string) => new Set(exemptions?.texts(name));
  const exempt = {
    ...{ usernames: set('usernames'), namespaces: set('namespaces'), runtimeClasses: set('runtimeClasses') },
  };
  exemptions?.end();
  return { defaults, exempt };
}

/** policyOf is the policy that a namespace's labels, or else the defaults, name for a mode. Pure. */
export function policyOf(
  labels: Readonly<Record<string, string>>,
  mode: Mode,
  { defaults }: PodSecuritySettings,
): Policy {
  const level = labels[LABELS[mode].level];
  const version = labels[LABELS[mode].version];
  return {
    // A level that nobody knows must not open a namespace that was meant to be closed.
    level: level === undefined ? defaults[mode].level : (LEVELS.find(known => known === level) ?? 'restricted'),
    version: version === undefined ? defaults[mode].version : isVersion(version) ? version : 'latest',
  };
}

/** labelErrors are the faults of a namespace's labels. Pure. */
export function labelErrors(labels: Readonly<Record<string, string>>): FieldError[] {
  const at = (label: string) => Path.at('metadata', 'labels').key(label);
  return MODES.flatMap(mode => {
    const level = labels[LABELS[mode].level];
    const version = labels[LABELS[mode].version];
    return [
      ...(level === undefined || LEVELS.some(known => known === level)
        ? []
        : [field.invalid(at(LABELS[mode].level), level, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || isVersion(version)
        ? []
        : [field.invalid(at(LABELS[mode].version), version, 'must be "latest" or "v1.x"')]),
    ];
  });
}

/** isStricter tells whether a change of policies may forbid what was allowed: another release, or a higher level. Pure. */
export function isStricter(next: Policy, before: Policy): boolean {
  if (next.level === 'privileged') return false;
  return next.version !== before.version || LEVELS.indexOf(next.level) > LEVELS.indexOf(before.level);
}

/** minorOf is the minor number of a policy's release. Pure. */
export function minorOf({ version }: Policy, latest: number): number {
  return version === 'latest' ? latest : Math.min(latest, Number(VERSION.exec(version)?.[1] ?? latest));
}

/** show is a policy as messages have it: `restricted:latest`. */
export function show({ level, version }: Policy): string {
  return `${level}:${version}`;
}

const isVersion = (text: string) => text === 'latest' || VERSION.test(text);
