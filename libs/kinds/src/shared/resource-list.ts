import { parseQuantity, Quantity } from '@navarch/apimachinery';

/** defaultResourceList rounds amounts up to thousandths, in place: nobody can be given less. */
export function defaultResourceList(list: Record<string, string> | undefined): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    const rounded = Quantity.ofMilli(quantity.milliValue(), quantity.format);
    if (rounded.cmp(quantity) !== 0) list![name] = rounded.toString();
  }
}
