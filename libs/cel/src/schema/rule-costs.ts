import { field, type FieldError, type Path } from '@navarch/apimachinery';
import { mostOften } from './schema-extent';
import type { Schema } from './schema-types';

/** RULE_LIMIT is what the estimate of one rule, or of one message, may come to; TOTAL_LIMIT that of a whole schema. */
const RULE_LIMIT = 10_000_000;
const TOTAL_LIMIT = 100_000_000;

/** Of the costs of a schema that come to too much, the largest are named, but none below a hundredth of the limit. */
const NAMED = 4;
const NOTICEABLE = TOTAL_LIMIT / 100;

/** Cardinality is how often a part of a schema may occur in one object; undefined if no bound is declared. */
export type Cardinality = number | undefined;

/** cardinalityBelow is that of the parts of a schema, which itself occurs so often. Pure. */
export function cardinalityBelow(own: Cardinality, schema: Schema): Cardinality {
  const { type, additionalProperties, maxItems, maxProperties } = schema;
  if (own === undefined) return undefined;
  const isMap = type === 'object' && additionalProperties !== undefined;
  if (!isMap && type !== 'array') return own;
  const most = isMap ? maxProperties : maxItems;
  return most === undefined ? undefined : times(own, Math.max(0, most));
}

const times = (a: number, b: number) => (a && b ? a * b : 0);

/** RuleCosts collects the estimates for one schema, and finds what costs too much. */
export class RuleCosts {
  private total = 0;
  private readonly noticeable: { readonly path: Path; readonly cost: number }[] = [];

  /** anyCost: a single expression may cost whatever it costs; all together may not. */
  constructor(private readonly anyCost = false) {}

  /** rule takes the estimate of a rule of a schema that occurs so often; its findings, if it is too expensive. */
  rule(path: Path, cost: number, schema: Schema, cardinality: Cardinality): FieldError[] {
    return this.take(path, times(cost, cardinality ?? mostOften(schema)), 'estimated rule cost');
  }

  /** message takes the estimate of a messageExpression, which is evaluated once. */
  message(path: Path, cost: number): FieldError[] {
    return this.take(path, cost, 'estimated messageExpression cost');
  }

  private take(path: Path, cost: number, what: string): FieldError[] {
    this.total += cost;
    if (cost >= NOTICEABLE) this.noticeable.push({ path, cost });
    return cost > RULE_LIMIT && !this.anyCost ? [field.forbidden(path, exceeded(what, cost, RULE_LIMIT))] : [];
  }

  /** findings about the schema at `path` as a whole: all its rules together cost too much. */
  findings(path: Path): FieldError[] {
    if (this.total <= TOTAL_LIMIT) return [];
    const largest = [...this.noticeable]
      .sort((a, b) => (a.cost < b.cost ? 1 : a.cost > b.cost ? -1 : 0))
      .slice(0, NAMED);
    const contributed = `contributed to ${TOTAL} exceeding cost limit for entire OpenAPIv3 schema`;
    const whole = `x-kubernetes-validations ${TOTAL} for entire OpenAPIv3 schema`;
    return [
      ...largest.map(({ path: at }) => field.forbidden(at, contributed)),
      field.forbidden(path, exceeded(whole, this.total, TOTAL_LIMIT)),
    ];
  }
}

const TOTAL = 'estimated rule cost total';
const ADVICE =
  'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';

function exceeded(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100' : factor.toFixed(factor < 1.5 ? 6 : 1);
  return `${what} exceeds budget by factor of ${shown}x (${ADVICE})`;
}
