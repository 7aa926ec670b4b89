const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** quantityValue is a resource quantity as a number (`500m` → 0.5, `1Gi` → 1073741824); NaN if it is none. */
export function quantityValue(quantity: string | number): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(quantity));
  if (!match) return NaN;
  const [, digits, exponent, suffix = ''] = match;
  return exponent === undefined ? Number(digits) * SUFFIXES[suffix]! : Number(`${digits}e${exponent}`);
}

/** wholeValue rounds a quantity up to a whole number, as bytes are counted. */
export function wholeValue(quantity: string | number): number {
  return Math.ceil(roundNoise(quantityValue(quantity)));
}

/** milliValue is a quantity in thousandths, rounded up, as CPU is counted. */
export function milliValue(quantity: string | number): number {
  return Math.ceil(roundNoise(quantityValue(quantity) * 1000));
}

/** roundNoise takes away what binary fractions add: 0.1 * 1000 must not become 101. */
function roundNoise(value: number): number {
  return Number(value.toPrecision(15));
}
