/** CelError is a failure of an evaluation: `no such key: x`, `division by zero`, `integer overflow`. && and || may absorb it. */
export class CelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CelError';
  }
}

/** BudgetError ends an evaluation that costs too much; nothing absorbs it. */
export class BudgetError extends Error {
  constructor() {
    super('operation cancelled: actual cost limit exceeded');
    this.name = 'BudgetError';
  }
}

/** noSuchOverload is the failure of a call whose arguments turn out to have the wrong types. */
export const noSuchOverload = () => new CelError('no such overload');
export const noSuchKey = (key: unknown) => new CelError(`no such key: ${String(key)}`);

/** Suspended interrupts an evaluation that needs an answer from elsewhere; when it is there, the evaluation begins anew and finds it. */
export class Suspended extends Error {
  constructor(readonly until: Promise<unknown>) {
    super('the evaluation waits for an answer');
    this.name = 'Suspended';
  }
}
