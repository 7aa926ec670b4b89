import { StatusError, badRequest, type StatusCause } from '@navarch/apimachinery';

/** throwInvalidOptions throws the 422 for options that do not hold; nothing without causes. */
export function throwInvalidOptions(kind: string, causes: readonly StatusCause[]): void {
  if (!causes.length) return;
  const texts = [...new Set(causes.map(c => `${c.field}: ${c.message}`))];
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
  const details = { group: 'meta.k8s.io', kind, causes: [...causes] };
  throw new StatusError(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${list}`, details);
}

/** checkDryRun tells whether dryRun=All was given; anything else is a finding. */
export function checkDryRun(values: readonly string[], causes: StatusCause[]): boolean {
  if (values.some(v => v !== 'All')) {
    const shown = `[]string{${values.map(v => JSON.stringify(v)).join(', ')}}`;
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${shown}: supported values: "All"`,
      field: 'dryRun',
    });
  }
  return values.length > 0;
}

/** integer reads a number of a query as Go's ParseInt does; 400 else. */
export function integer(text: string): number {
  const isNumber = /^[+-]?\d+$/.test(text);
  if (isNumber && (text.length < 19 || BigInt.asIntN(64, BigInt(text)) === BigInt(text))) return Number(text);
  const why = isNumber ? 'value out of range' : 'invalid syntax';
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
}
