import type { ComprehensionName } from '../ast';

/** LoopCosts are what the loop of a macro costs, beside its range, its filter and its body. */
export interface LoopCosts {
  /** initial is the value that the loop begins with: an empty list or map. It is a constant, and free when it runs. */
  readonly initial: number;
  /** condition is whether there shall be another turn. */
  readonly condition: number;
  /** taken is a turn that changes the outcome; one whose filter says no costs `PASSED`. */
  readonly taken: number;
  readonly result: number;
}

/** PASSED is the estimate of a turn that leaves the outcome as it is. When it runs, that is free. */
export const PASSED = 1;

const LIST = 10;
const MAP = 30;

/** LITERAL_COSTS are what lists and maps cost that an expression spells out, beside their parts. */
export const LITERAL_COSTS = { list: LIST, map: MAP };

/** LOOP_COSTS are those of all macros. */
export const LOOP_COSTS: Readonly<Record<ComprehensionName, LoopCosts>> = {
  all: { initial: 0, condition: 2, taken: 1, result: 1 },
  exists: { initial: 0, condition: 3, taken: 1, result: 1 },
  existsOne: { initial: 0, condition: 0, taken: 2, result: 2 },
  filter: { initial: LIST, condition: 0, taken: LIST + 3, result: 1 },
  map: { initial: LIST, condition: 0, taken: LIST + 2, result: 1 },
  transformList: { initial: LIST, condition: 0, taken: LIST + 2, result: 1 },
  transformMap: { initial: MAP, condition: 0, taken: 3, result: 1 },
  transformMapEntry: { initial: MAP, condition: 0, taken: 2, result: 1 },
};
