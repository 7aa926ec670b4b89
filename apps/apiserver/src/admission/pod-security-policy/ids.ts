import type { policyv1beta1 } from '@navarch/api';
import { field, type Path } from '@navarch/apimachinery';
import { refused, type Finding } from './finding';

type Range = policyv1beta1.IDRange;

/** IdRule is what a policy says of users or groups: a rule by name, and ranges. */
export interface IdRule {
  readonly rule?: string;
  readonly ranges?: readonly Range[];
}

const GROUP_RULES = ['RunAsAny', 'MayRunAs', 'MustRunAs'];

/** isUsableGroupRule: the rule is known and has the ranges it needs. */
export function isUsableGroupRule({ rule = '', ranges = [] }: IdRule = {}): boolean {
  return GROUP_RULES.includes(rule) && (rule === 'RunAsAny' || ranges.length > 0);
}

/** isUsableUserRule is the same for users. */
export function isUsableUserRule({ rule = '', ranges = [] }: IdRule = {}): boolean {
  return rule === 'RunAsAny' || rule === 'MustRunAsNonRoot' || (rule === 'MustRunAs' && ranges.length > 0);
}

/** defaultId is the id that a rule gives to who names none: the first of a range that has to be kept to. */
export function defaultId({ rule, ranges = [] }: IdRule = {}): number | undefined {
  return rule === 'MustRunAs' ? (ranges[0]?.min ?? 0) : undefined;
}

/** checkGroups holds groups against a rule; `MustRunAs` asks for one at least. */
export function checkGroups(
  { rule = 'RunAsAny', ranges = [] }: IdRule = {},
  groups: readonly number[],
  path: Path,
): Finding[] {
  if (rule === 'RunAsAny') return [];
  const go = groups.length ? `[]int64{${groups.join(', ')}}` : '[]int64(nil)';
  if (rule === 'MustRunAs' && !groups.length)
    return [refused(path, go, 'unable to validate empty groups against required ranges')];
  return groups
    .filter(group => !isWithin(group, ranges))
    .map(group => refused(path, go, `group ${group} must be in the ranges: ${goRanges(ranges)}`));
}

/** checkUser holds what a container runs as, its pod's word included, against a rule; `path` is the security context. */
export function checkUser(
  { rule, ranges = [] }: IdRule = {},
  { runAsUser, runAsNonRoot }: { readonly runAsUser?: number; readonly runAsNonRoot?: boolean },
  path: Path,
): Finding[] {
  const userPath = path.child('runAsUser');
  const nonRootPath = path.child('runAsNonRoot');
  if (rule === 'MustRunAs') {
    if (runAsUser === undefined) return [field.required(userPath)];
    if (isWithin(runAsUser, ranges)) return [];
    return [field.invalid(userPath, runAsUser, `must be in the ranges: ${goRanges(ranges)}`)];
  }
  if (rule !== 'MustRunAsNonRoot') return [];
  if (runAsNonRoot === undefined && runAsUser === undefined) return [field.required(nonRootPath, 'must be true')];
  if (runAsNonRoot === false) return [field.invalid(nonRootPath, false, 'must be true')];
  return runAsUser === 0 ? [field.invalid(userPath, 0, 'running with the root UID is forbidden')] : [];
}

const isWithin = (id: number, ranges: readonly Range[]) =>
  ranges.some(({ min = 0, max = 0 }) => id >= min && id <= max);

const goRanges = (ranges: readonly Range[]) => `[${ranges.map(({ min = 0, max = 0 }) => `{${min} ${max}}`).join(' ')}]`;
