const SHOWN = 300;
const BEFORE = 100;

/** excerpts are what is shown of two texts that differ: the same part of both, a little before the first difference. Pure. */
export function excerpts(one: string, other: string): readonly [string, string] {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  const from = same < SHOWN ? 0 : same - BEFORE;
  const part = (text: string) => `${from ? '…' : ''}${text.slice(from, from + SHOWN)}`;
  return [part(one), part(other)];
}
