import type { ComprehensionName } from './ast';
import { LOOP_COSTS } from './cost/loops';
import { CelError, noSuchOverload } from './errors';
import { attempt, type Frame, type Step } from './frame';
import { EntryMap, List, MapValue, type Value } from './values';

interface Loop {
  readonly macro: ComprehensionName;
  readonly range: Step;
  /** slot of the first variable; the second has the next. */
  readonly slot: number;
  readonly two: boolean;
  readonly filter: Step | undefined;
  readonly body: Step;
}

/** planComprehension is the step of a macro over a list or map. */
export function planComprehension(loop: Loop): Step {
  switch (loop.macro) {
    case 'all':
      return quantifier(loop, false);
    case 'exists':
      return quantifier(loop, true);
    case 'existsOne':
      return frame => {
        let count = 0;
        each(loop, frame, () => {
          if (truth(loop.body(frame))) {
            take(loop, frame);
            count++;
          }
        });
        return count === 1;
      };
    case 'filter':
      return collect(loop, (frame, items, value) => {
        if (!truth(loop.body(frame))) return;
        take(loop, frame);
        items.push(value);
      });
    case 'map':
    case 'transformList':
      return collect(loop, (frame, items) => {
        if (!passes(loop, frame)) return;
        take(loop, frame);
        items.push(loop.body(frame));
      });
    case 'transformMap':
      return frame => {
        const map = new EntryMap();
        each(loop, frame, key => {
          if (!passes(loop, frame)) return;
          take(loop, frame);
          map.put(key, loop.body(frame));
        });
        return map;
      };
    case 'transformMapEntry':
      return frame => {
        const map = new EntryMap();
        each(loop, frame, () => {
          if (!passes(loop, frame)) return;
          take(loop, frame);
          const entries = loop.body(frame);
          if (!(entries instanceof MapValue)) throw noSuchOverload();
          for (const key of entries.keys()) map.put(key, entries.get(key)!);
        });
        return map;
      };
  }
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw noSuchOverload();
  return value;
}

const passes = ({ filter }: Loop, frame: Frame) => !filter || truth(filter(frame));

/** take pays for a turn that changes the outcome. */
const take = ({ macro }: Loop, frame: Frame) => frame.charge(LOOP_COSTS[macro].taken);

/** each runs `turn` for every item with the variables set; it stops when `turn` answers `stop`. */
function each(loop: Loop, frame: Frame, turn: (first: Value) => unknown): void {
  const { condition, result } = LOOP_COSTS[loop.macro];
  frame.charge(result);
  const range = loop.range(frame);
  const isList = range instanceof List;
  if (!isList && !(range instanceof MapValue)) throw noSuchOverload();
  let index = 0n;
  let stopped = false;
  for (const item of isList ? range.items : range.keys()) {
    frame.charge(condition);
    // What is decided shows when there is another turn to take.
    if (stopped) return;
    const first = isList && loop.two ? index++ : item;
    frame.slots[loop.slot] = first;
    if (loop.two) frame.slots[loop.slot + 1] = isList ? item : (range as MapValue).get(item)!;
    stopped = turn(first) === 'stop';
  }
}

/** quantifier is `all` (decided by false) or `exists` (by true): an error counts only if no item decides. */
function quantifier(loop: Loop, decisive: boolean): Step {
  return frame => {
    let decided = false;
    let failure: CelError | undefined;
    each(loop, frame, () => {
      take(loop, frame);
      const value = attempt(loop.body, frame);
      if (value instanceof CelError) failure ??= value;
      else if (truth(value) === decisive) decided = true;
      return decided ? 'stop' : undefined;
    });
    if (decided) return decisive;
    if (failure) throw failure;
    return !decisive;
  };
}

function collect(loop: Loop, turn: (frame: Frame, items: Value[], first: Value) => void): Step {
  return frame => {
    const items: Value[] = [];
    each(loop, frame, first => turn(frame, items, first));
    return new List(items);
  };
}
