/** IntOrString is a number, or a text such as a percentage or a port name. */
export type IntOrString = number | string;

/** percentOf is the number of `25%`; undefined if the text is no percentage. */
export function percentOf(value: IntOrString): number | undefined {
  const m = typeof value === 'string' ? /^([+-]?[0-9]+)%$/.exec(value) : null;
  return m ? Number(m[1]) : undefined;
}

/**
 * scaledValue is the number itself, or the percentage of total, rounded up or down. It throws an Error in the API's words
 * for text that is no percentage.
 */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) {
    const why = value.endsWith('%')
      ? `strconv.Atoi: parsing ${JSON.stringify(value.slice(0, -1))}: invalid syntax`
      : 'invalid type: string is not a percentage';
    throw new Error(`invalid value for IntOrString: ${why}`);
  }
  const exact = (percent * total) / 100;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}
