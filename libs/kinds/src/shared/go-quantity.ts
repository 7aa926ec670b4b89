import { parseQuantity } from '@navarch/apimachinery';

const SHAPE = /^([+-]?\d*)(?:\.(\d*))?([a-zA-Z]*)$/;
const DECIMAL_EXPONENT: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** goQuantity renders a quantity as messages up to release 1.33 do, from the text it was given as. */
export function goQuantity(text: string): string {
  const quantity = parseQuantity(text);
  const [, whole = '', fraction = '', suffix = ''] = SHAPE.exec(text) ?? [];
  const exponent = DECIMAL_EXPONENT[suffix];
  const { value, scale } =
    exponent === undefined
      ? { value: quantity.value(), scale: 0 }
      : { value: BigInt(`${whole}${fraction}`), scale: exponent - fraction.length };
  // Objects carry the canonical form; above one, a fraction was most likely written with a point.
  const tenths = suffix === 'm' && value > 1000n && value % 100n === 0n;
  if (tenths) return render(value / 100n, -1, '', quantity.format);
  return render(value, scale, quantity.toString() === text ? text : '', quantity.format);
}

function render(value: bigint, scale: number, shown: string, format: string): string {
  const amount = `resource.int64Amount{value:${value}, scale:${scale}}`;
  return `resource.Quantity{i:${amount}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"${shown}", Format:"${format}"}`;
}
