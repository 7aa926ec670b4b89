/** LONGEST is the longest text whose answer is kept: what nobody repeats must not fill the memory. */
const LONGEST = 64;

/**
 * remember is a pure function of a text that keeps its answers: objects repeat a handful of names, quantities and times. It keeps up to
 * `limit` of them, then begins anew; a text that makes it throw is not kept.
 */
export function remember<T>(limit: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return text => {
    let answer = known.get(text);
    if (answer === undefined) {
      answer = make(text);
      if (text.length > LONGEST) return answer;
      if (known.size >= limit) known.clear();
      known.set(text, answer);
    }
    return answer;
  };
}
