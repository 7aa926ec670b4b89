import type { Expr } from './ast';

/** depthOf is how many levels an expression has. It does not recurse, so that it can tell what would be too deep to. */
export function depthOf(root: Expr): number {
  const waiting: { readonly expr: Expr; readonly depth: number }[] = [{ expr: root, depth: 1 }];
  let deepest = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { expr, depth } = next;
    deepest = Math.max(deepest, depth);
    for (const part of partsOf(expr)) waiting.push({ expr: part, depth: depth + 1 });
  }
  return deepest;
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements.map(({ value }) => value);
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'object':
      return expr.entries.map(({ value }) => value);
    case 'comprehension':
      return expr.filter ? [expr.range, expr.filter, expr.body] : [expr.range, expr.body];
    case 'bind':
      return [expr.value, expr.body];
    case 'optionalMap':
      return [expr.target, expr.body];
  }
}
