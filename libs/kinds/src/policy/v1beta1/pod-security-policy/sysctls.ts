import type { policyv1beta1 } from '@navarch/api';
import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';

const MAX_LENGTH = 253;
const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
/** PATTERN is a kernel parameter, or the beginning of some with a star at the end. */
const PATTERN = `(${SEGMENT}\\.)*([a-z0-9][-_a-z0-9]*)?[a-z0-9*]`;

type Lists = Pick<policyv1beta1.PodSecurityPolicySpec, 'allowedUnsafeSysctls' | 'forbiddenSysctls'>;

/** validateAllowedSysctls checks which kernel parameters a policy lets pods set; nothing is allowed and forbidden. */
export function validateAllowedSysctls(
  { allowedUnsafeSysctls: allowed = [], forbiddenSysctls: forbidden = [] }: Lists,
  path: Path,
): FieldError[] {
  const allowedPath = path.child('allowedUnsafeSysctls');
  const forbiddenPath = path.child('forbiddenSysctls');
  return [
    ...validatePatterns(allowed, allowedPath),
    ...validatePatterns(forbidden, forbiddenPath),
    ...foundIn(allowed, (one, i) =>
      foundIn(forbidden, (other, j) => {
        if (covers(other, one)) return [field.invalid(allowedPath.index(i), one, `sysctl overlaps with ${other}`)];
        return covers(one, other) ? [field.invalid(forbiddenPath.index(j), other, `sysctl overlaps with ${one}`)] : [];
      }),
    ),
  ];
}

/** covers: everything that the second pattern stands for is among what the first one does. */
function covers(pattern: string, other: string): boolean {
  return pattern.endsWith('*') ? other.replace(/\*$/, '').startsWith(pattern.slice(0, -1)) : pattern === other;
}

function validatePatterns(patterns: readonly string[], path: Path): FieldError[] {
  const errors = foundIn(patterns, (pattern, i) => {
    if (!pattern) return [field.invalid(path.index(i), pattern, 'empty sysctl not allowed')];
    const fine = pattern.length <= MAX_LENGTH && new RegExp(`^${PATTERN}$`).test(pattern);
    const detail = `must have at most ${MAX_LENGTH} characters and match regex ${PATTERN}`;
    return fine ? [] : [field.invalid(path.index(i), pattern, detail)];
  });
  if (patterns.length > 1 && patterns.includes('*'))
    errors.push(field.forbidden(path.child('items'), "if '*' is present, must not specify other sysctls"));
  return errors;
}
