import type { admissionregistrationv1 } from '@navarch/api';
import { parseApiVersion } from '@navarch/apimachinery';
import { compileExpression, CompileError, DYN, policyEnvironment, type Environment, type Type } from '@navarch/cel';
import type { KindDefinition } from '../../../kind';
import { expressionType } from '../shared/expression-types';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
type Warning = admissionregistrationv1.ExpressionWarning;

/** MAX_KINDS bounds how many kinds a policy is checked against. */
const MAX_KINDS = 10;

interface Target {
  readonly title: string;
  readonly schema: string;
}

/**
 * typeWarnings is what an admission policy's validations get wrong about the kinds it is for, as `status.typeChecking` tells it.
 * Rules with wildcards, and kinds that are not among `kinds`, are not checked.
 */
export function typeWarnings(policy: Policy, kinds: readonly KindDefinition[]): Warning[] {
  const targets = targetsOf(policy, kinds);
  if (!targets.length) return [];
  const environments = targets.map(target => ({ target, environment: environmentFor(policy, target, kinds) }));
  return (policy.spec?.validations ?? []).flatMap(({ expression, messageExpression }, i) => {
    const check = (text: string | undefined, name: string): Warning[] => {
      if (!text) return [];
      const warnings = environments.flatMap(({ target, environment }) => {
        const problem = compileProblem(text, environment);
        return problem === undefined ? [] : [`${target.title}: ${problem}`];
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

function targetsOf({ spec }: Policy, kinds: readonly KindDefinition[]): Target[] {
  const targets = new Map<string, Target>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? []) {
    if ([apiGroups, apiVersions, resources].some(list => list.some(text => text.includes('*')))) continue;
    for (const { resource, versions } of kinds) {
      if (!resources.includes(resource.resource)) continue;
      for (const { group, version, schema } of versions) {
        if (!apiGroups.includes(group) || !apiVersions.includes(version)) continue;
        const title = `${group ? `${group}/` : ''}${version}, Kind=${resource.kind}`;
        targets.set(title, { title, schema });
      }
    }
  }
  return [...targets.values()].sort((a, b) => (a.title < b.title ? -1 : 1)).slice(0, MAX_KINDS);
}

function environmentFor(policy: Policy, { schema }: Target, kinds: readonly KindDefinition[]): Environment {
  const { paramKind, variables = [] } = policy.spec ?? {};
  const object = expressionType(schema);
  const known = {
    object,
    oldObject: object,
    ...(paramKind && { params: paramType(paramKind, kinds) }),
  };
  const types: Record<string, Type> = {};
  const environment = () => policyEnvironment(!!paramKind, { ...types }).withVariables(known);
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

function paramType(
  { apiVersion = '', kind }: admissionregistrationv1.ParamKind,
  kinds: readonly KindDefinition[],
): Type {
  const wanted = parseApiVersion(apiVersion);
  const found = kinds
    .filter(({ resource }) => resource.kind === kind)
    .flatMap(({ versions }) => versions)
    .find(({ group, version }) => group === wanted?.group && version === wanted.version);
  return found ? expressionType(found.schema) : DYN;
}
