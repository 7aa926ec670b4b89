/** withMandatory adds the mandatory objects that are not among the given ones. */
export function withMandatory<T extends { readonly metadata?: { readonly name?: string } }>(
  given: readonly T[],
  mandatory: readonly T[],
): T[] {
  const names = new Set(given.map(one => one.metadata?.name));
  return [...given, ...mandatory.filter(one => !names.has(one.metadata?.name))];
}
