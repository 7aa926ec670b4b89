import type { corev1, policyv1beta1 } from '@navarch/api';
import { field, type Path } from '@navarch/apimachinery';
import { mustBe, type Finding } from './finding';

type Rule = Partial<policyv1beta1.SELinuxStrategyOptions>;

const NONE: Rule = {};

/** isUsableSELinuxRule: the rule is known and has the options it needs. */
export function isUsableSELinuxRule({ rule, seLinuxOptions }: Rule = NONE): boolean {
  return rule === 'RunAsAny' || (rule === 'MustRunAs' && seLinuxOptions !== undefined);
}

/** defaultSELinux are the options that a rule gives to who names none. */
export function defaultSELinux({ rule, seLinuxOptions }: Rule = NONE): corev1.SELinuxOptions | undefined {
  return rule === 'MustRunAs' ? seLinuxOptions : undefined;
}

/** checkSELinux: `MustRunAs` wants exactly its options; the categories of a level in any order. */
export function checkSELinux(rule: Rule = NONE, actual: corev1.SELinuxOptions | undefined, path: Path): Finding[] {
  if (rule.rule !== 'MustRunAs') return [];
  if (!actual) return [field.required(path)];
  const wanted = rule.seLinuxOptions ?? {};
  return [
    ...(sameLevel(wanted.level ?? '', actual.level ?? '')
      ? []
      : mustBe(path.child('level'), actual.level, wanted.level)),
    ...mustBe(path.child('role'), actual.role, wanted.role),
    ...mustBe(path.child('type'), actual.type, wanted.type),
    ...mustBe(path.child('user'), actual.user, wanted.user),
  ];
}

/** A level is `s0:c1,c2`: a sensitivity, then categories. */
function sameLevel(a: string, b: string): boolean {
  if (a === b) return true;
  const parts = (level: string) => /^([^:]*):(.*)$/s.exec(level);
  const [first, second] = [parts(a), parts(b)];
  const categories = (text: string) => text.split(',').sort().join();
  return !!first && !!second && first[1] === second[1] && categories(first[2]!) === categories(second[2]!);
}
