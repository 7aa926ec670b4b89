import type { corev1 } from '@navarch/api';
import type { StatusError } from '@navarch/apimachinery';
import type { AdmissionAttributes, AdmissionPlugin, Authorizer } from '@navarch/apiserver-runtime';
import { describe } from '@navarch/base';
import { CompileError, fromJson } from '@navarch/cel';
import type { Lookup } from '../../lookup';
import { admissionValues, type AdmissionValues } from '../matching/activation';
import { isExempt, matchedVersion, selectorsMatch } from '../matching/rules';
import { inVersion, type KindLookup } from '../matching/versioned';
import { evaluatePolicy, type Finding } from './evaluation';
import { findParams, type ParamSource } from './params';
import type { Binding, Policy } from './policy';
import type { BoundPolicy, PolicySource } from './policy-source';
import { Verdicts } from './verdicts';

export interface ValidatingPolicyParts extends ParamSource {
  readonly policies: PolicySource;
  readonly namespaces: Lookup<corev1.Namespace>;
  readonly authorizer: Authorizer;
  readonly kindOf: KindLookup;
}

type Match = NonNullable<NonNullable<Policy['spec']>['matchConstraints']>;

/** ValidatingAdmissionPolicy holds writes to the expressions of the policies that are bound to them. */
export class ValidatingAdmissionPolicy implements AdmissionPlugin {
  readonly name = 'ValidatingAdmissionPolicy';

  constructor(private readonly parts: ValidatingPolicyParts) {}

  handles(): boolean {
    return this.parts.policies.list().length > 0;
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    if (isExempt(attributes)) return;
    const verdicts = new Verdicts();
    let namespace: corev1.Namespace | undefined;
    for (const bound of this.parts.policies.list()) {
      const constraints = bound.policy.spec?.matchConstraints ?? {};
      if (!this.matchedVersion(constraints, attributes)) continue;
      if (attributes.namespace) namespace ??= await this.parts.namespaces('', attributes.namespace);
      await this.policy(bound, attributes, namespace, verdicts);
    }
    verdicts.publish(attributes);
    const refusal: StatusError | undefined = verdicts.refusal(attributes);
    if (refusal) throw refusal;
  }

  private async policy(
    bound: BoundPolicy,
    attributes: AdmissionAttributes,
    namespace: corev1.Namespace | undefined,
    verdicts: Verdicts,
  ): Promise<void> {
    const { policy, bindings } = bound;
    const constraints = policy.spec?.matchConstraints ?? {};
    if (!selectorsMatch(constraints, attributes, namespace)) return;
    const chosen = bindings.filter(({ spec }) => this.bindingMatches(spec?.matchResources, attributes, namespace));
    if (!chosen.length) return;
    const versioned = await inVersion(attributes, this.matchedVersion(constraints, attributes)!);
    const values = admissionValues(versioned, namespace, this.parts.authorizer);
    for (const binding of chosen) await this.binding(bound, binding, attributes.namespace, values, verdicts);
  }

  private async binding(
    { policy, compiled }: BoundPolicy,
    binding: Binding,
    namespace: string,
    values: AdmissionValues,
    verdicts: Verdicts,
  ): Promise<void> {
    if (compiled instanceof CompileError) {
      const message = `failed to configure policy: compilation failed: ${compiled.message}`;
      return verdicts.add(policy, binding, { findings: [configurationError(message)], annotations: [] });
    }
    let params: Awaited<ReturnType<typeof findParams>>;
    try {
      params = await findParams(policy, binding, namespace, this.parts);
    } catch (error) {
      const message = `failed to configure binding: ${describe(error)}`;
      return verdicts.add(policy, binding, { findings: [configurationError(message)], annotations: [] });
    }
    for (const param of params) {
      const own = policy.spec?.paramKind ? { ...values, params: fromJson(param) } : values;
      verdicts.add(policy, binding, await evaluatePolicy(compiled, own));
    }
  }

  /** matchedVersion is the version in which the constraints' rules are about the write; exclusions come first. */
  private matchedVersion(
    { resourceRules = [], excludeResourceRules = [], matchPolicy }: Match,
    attributes: AdmissionAttributes,
  ) {
    const { group, resource } = attributes.resource;
    const versions = this.parts.kindOf(group, resource)?.versions ?? [];
    if (matchedVersion(excludeResourceRules, matchPolicy, attributes, versions)) return undefined;
    return matchedVersion(resourceRules, matchPolicy, attributes, versions);
  }

  /** bindingMatches: what a binding leaves out it does not narrow. */
  private bindingMatches(
    match: Match | undefined,
    attributes: AdmissionAttributes,
    namespace: corev1.Namespace | undefined,
  ): boolean {
    if (!match) return true;
    const rules = match.resourceRules?.length ? match : { ...match, resourceRules: [EVERYTHING] };
    return selectorsMatch(match, attributes, namespace) && !!this.matchedVersion(rules, attributes);
  }
}

const EVERYTHING = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] };
const configurationError = (message: string): Finding => ({
  message,
  reason: undefined,
  index: 0,
  isError: true,
  refuses: true,
});
