/**
 * expand replaces `$(NAME)` by what lookup answers; a reference to nothing stays as it stands, `$$` is a dollar sign, and other
 * text is kept. Values that come in are not expanded again.
 */
export function expand(input: string, lookup: (name: string) => string | undefined): string {
  let out = '';
  for (let i = 0; i < input.length; i++) {
    if (input[i] !== '$' || i + 1 >= input.length) {
      out += input[i]!;
      continue;
    }
    const next = input[i + 1]!;
    if (next === '$') {
      out += '$';
      i++;
      continue;
    }
    const end = next === '(' ? input.indexOf(')', i + 2) : -1;
    if (end < 0) {
      out += `$${next}`;
      i++;
      continue;
    }
    const name = input.slice(i + 2, end);
    out += lookup(name) ?? `$(${name})`;
    i = end;
  }
  return out;
}
