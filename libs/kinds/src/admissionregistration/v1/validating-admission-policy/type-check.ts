import type { admissionregistrationv1 } from '@navarch/api';
import { parseApiVersion } from '@navarch/apimachinery';
import { compileExpression, CompileError, DYN, policyEnvironment, type Environment, type Type } from '@navarch/cel';
import type { CheckedKind } from './checked-kinds';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
type Warning = admissionregistrationv1.ExpressionWarning;

/** MAX_KINDS bounds how many kinds a policy is checked against. */
const MAX_KINDS = 10;

interface Target {
  readonly title: string;
  readonly type: Type;
}

/**
 * typeWarnings is what an admission policy's validations get wrong about the kinds it is for, as `status.typeChecking` tells it.
 * Wildcards, and kinds that are not among `kinds`, are not checked.
 */
export function typeWarnings(policy: Policy, kinds: readonly CheckedKind[]): Warning[] {
  const targets = targetsOf(policy, kinds);
  if (!targets.length) return [];
  const environments = targets.map(target => ({ target, environment: environmentFor(policy, target, kinds) }));
  return (policy.spec?.validations ?? []).flatMap(({ expression, messageExpression }, i) => {
    const check = (text: string | undefined, name: string): Warning[] => {
      if (!text) return [];
      const warnings = environments.flatMap(({ target, environment }) => {
        const problem = compileProblem(text, environment);
        return problem === undefined ? [] : [`${target.title}: ${problem}\n`];
      });
      return warnings.length ? [{ fieldRef: `spec.validations[${i}].${name}`, warning: warnings.join('\n') }] : [];
    };
    return [...check(expression, 'expression'), ...check(messageExpression, 'messageExpression')];
  });
}

function compileProblem(text: string, environment: Environment): string | undefined {
  try {
    compileExpression(text, environment);
    return undefined;
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
}

function targetsOf({ spec }: Policy, kinds: readonly CheckedKind[]): Target[] {
  const targets = new Map<string, CheckedKind>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some(text => text.includes('*'))) continue;
    for (const one of kinds) {
      const { group, version, resource, kind } = one;
      if (!resources.includes(resource) || !apiGroups.includes(group) || !apiVersions.includes(version)) continue;
      targets.set(`${group}/${version}, Kind=${kind}`, one);
    }
  }
  const sorted = [...targets].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_KINDS);
  return sorted.map(([title, kind]) => ({ title, type: kind.type() }));
}

function environmentFor(policy: Policy, { type: object }: Target, kinds: readonly CheckedKind[]): Environment {
  const { paramKind, variables = [] } = policy.spec ?? {};
  const params = paramKind && paramType(paramKind, kinds);
  const known = { object, oldObject: object, ...(params && { params }) };
  const types: Record<string, Type> = {};
  const environment = () => policyEnvironment(!!params, { ...types }).withVariables(known);
  for (const { name, expression } of variables) types[name] = resultType(expression, environment());
  return environment();
}

/** resultType: a variable that does not compile is dynamic; its own fault is not a validation's. */
function resultType(text: string, environment: Environment): Type {
  try {
    return compileExpression(text, environment).type;
  } catch (error) {
    if (error instanceof CompileError) return DYN;
    throw error;
  }
}

/** paramType is undefined for kinds that are not known: expressions that refer to such parameters are warned of. */
function paramType(
  { apiVersion = '', kind }: admissionregistrationv1.ParamKind,
  kinds: readonly CheckedKind[],
): Type | undefined {
  const wanted = parseApiVersion(apiVersion);
  const found = kinds.find(one => one.kind === kind && one.group === wanted?.group && one.version === wanted.version);
  return found?.type();
}
