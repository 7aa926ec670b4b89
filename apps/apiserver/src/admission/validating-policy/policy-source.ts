import { CompileError } from '@navarch/cel';
import type { Informer } from '@navarch/client';
import { compilePolicy, type Binding, type CompiledPolicy, type Policy } from './policy';

/** BoundPolicy is a policy with the bindings that put it into effect. */
export interface BoundPolicy {
  readonly policy: Policy;
  /** compiled is the CompileError if an expression does not compile. */
  readonly compiled: CompiledPolicy | CompileError;
  readonly bindings: readonly Binding[];
}

/** PolicySource keeps the policies that have bindings, in the order of their names, compiled once. */
export class PolicySource {
  private bound: readonly BoundPolicy[] | undefined;
  private readonly compiled = new WeakMap<Policy, CompiledPolicy | CompileError>();

  constructor(
    private readonly policies: Informer<Policy>,
    private readonly bindings: Informer<Binding>,
  ) {
    const forget = () => (this.bound = undefined);
    const handler = { added: forget, updated: forget, deleted: forget };
    policies.addHandler(handler);
    bindings.addHandler(handler);
  }

  list(): readonly BoundPolicy[] {
    return (this.bound ??= this.combine());
  }

  private combine(): BoundPolicy[] {
    const byPolicy = new Map<string, Binding[]>();
    for (const binding of sorted(this.bindings.list())) {
      const name = binding.spec?.policyName ?? '';
      byPolicy.set(name, [...(byPolicy.get(name) ?? []), binding]);
    }
    return sorted(this.policies.list()).flatMap(policy => {
      const bindings = byPolicy.get(policy.metadata!.name!);
      return bindings ? [{ policy, bindings, compiled: this.compile(policy) }] : [];
    });
  }

  private compile(policy: Policy): CompiledPolicy | CompileError {
    let result = this.compiled.get(policy);
    if (result) return result;
    try {
      result = compilePolicy(policy);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      result = error;
    }
    this.compiled.set(policy, result);
    return result;
  }
}

function sorted<T extends Policy | Binding>(objects: readonly T[]): T[] {
  return [...objects].sort((a, b) => (a.metadata!.name! < b.metadata!.name! ? -1 : 1));
}
