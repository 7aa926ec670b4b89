import { activationOf, Budget, CelError, isFailure, MapValue, type Program, type Value } from '@navarch/cel';
import type { AdmissionValues } from '../matching/activation';
import type { CompiledPolicy, CompiledValidation } from './policy';

/** BUDGET is what the expressions of one policy may cost together, for one write and one parameter. */
const BUDGET = 10_000_000;
const MAX_MESSAGE_BYTES = 5 * 1024;
const MAX_ANNOTATION_BYTES = 10 * 1024;
const EXHAUSTED = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** Finding is a validation that was not met; `isError`: it could not be evaluated. */
export interface Finding {
  readonly message: string;
  readonly reason: string | undefined;
  /** index of the validation; of match conditions that fail, 0. */
  readonly index: number;
  readonly isError: boolean;
  /** refuses whatever the actions of the binding are: the policy or its binding is at fault, not the write. */
  readonly refuses?: true;
}

/** Outcome is what a policy says of a write. */
export interface Outcome {
  readonly findings: readonly Finding[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
}

const NOTHING: Outcome = { findings: [], annotations: [] };

/** evaluatePolicy runs a policy over a write; nothing comes of it if its match conditions do not hold. */
export async function evaluatePolicy(policy: CompiledPolicy, values: AdmissionValues): Promise<Outcome> {
  if (!policy.conditions.isEmpty) {
    const holds = await policy.conditions.holds(values);
    if (holds instanceof Error) return { findings: [failed(holds.message, 0)], annotations: [] };
    if (!holds) return NOTHING;
  }
  return new Evaluation(policy, values).run();
}

const failed = (message: string, index: number): Finding => ({ message, index, reason: undefined, isError: true });

class Evaluation {
  private readonly budget = new Budget(BUDGET);
  private readonly values: AdmissionValues;

  constructor(
    private readonly policy: CompiledPolicy,
    values: AdmissionValues,
  ) {
    this.values = { ...values, variables: new Variables(policy.variables, values, this.budget) };
  }

  async run(): Promise<Outcome> {
    const findings: Finding[] = [];
    for (const [index, validation] of this.policy.validations.entries()) {
      const finding = await this.validation(validation, index);
      // Who spends more than there is, is told nothing else.
      if (this.budget.isExhausted) return { findings: [failed(EXHAUSTED, 0)], annotations: [] };
      if (finding) findings.push(finding);
    }
    const annotations: { key: string; value: string }[] = [];
    for (const { key, value } of this.policy.auditAnnotations) {
      const result = await this.evaluate(value);
      const text = typeof result === 'string' ? result.trim() : '';
      if (isFailure(result)) findings.push({ ...failed(describe(value, result), 0), refuses: true });
      else if (text) annotations.push({ key, value: cut(text) });
    }
    return { findings, annotations };
  }

  private evaluate(program: Program) {
    return program.evaluateAsync(activationOf(this.values), this.budget);
  }

  private async validation(validation: CompiledValidation, index: number): Promise<Finding | undefined> {
    const { program, reason } = validation;
    const result = await this.evaluate(program);
    if (isFailure(result)) return failed(describe(program, result), index);
    if (result === true) return undefined;
    return { message: await this.message(validation), reason, index, isError: false };
  }

  private async message({ program, messageProgram, message }: CompiledValidation): Promise<string> {
    const text = messageProgram && (await this.evaluate(messageProgram));
    if (typeof text === 'string') {
      const trimmed = text.trim();
      if (trimmed && !trimmed.includes('\n') && Buffer.byteLength(trimmed) <= MAX_MESSAGE_BYTES) return trimmed;
    }
    return message?.trim() || `failed expression: ${program.text.trim()}`;
  }
}

const describe = ({ text }: Program, { message }: Error) => `expression '${text}' resulted in error: ${message}`;

function cut(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length <= MAX_ANNOTATION_BYTES ? text : bytes.toString('utf8', 0, MAX_ANNOTATION_BYTES);
}

type Result = ReturnType<Program['evaluate']>;

/** Variables are a policy's own, each evaluated when it is first asked for. */
class Variables extends MapValue {
  override readonly isObject = true;
  private readonly known = new Map<Program, Result>();

  constructor(
    private readonly programs: ReadonlyMap<string, Program>,
    private readonly values: AdmissionValues,
    private readonly budget: Budget,
  ) {
    super();
  }

  get size(): number {
    return this.programs.size;
  }
  keys(): Iterable<Value> {
    return this.programs.keys();
  }
  get(name: Value): Value | undefined {
    const program = this.programs.get(name as string);
    if (!program) return undefined;
    let result = this.known.get(program);
    if (result === undefined) this.known.set(program, (result = this.evaluate(name as string, program)));
    if (isFailure(result))
      throw new CelError(`composited variable "${String(name)}" fails to evaluate: ${result.message}`);
    return result;
  }

  private evaluate(name: string, program: Program): Result {
    // A name that is given twice stands for the later expression, which may ask for the earlier one.
    this.known.set(program, new CelError(`variable ${name} refers to itself`));
    try {
      return program.evaluate(activationOf({ ...this.values, variables: this }), this.budget);
    } catch (suspended) {
      this.known.delete(program);
      throw suspended;
    }
  }
}
