import type { metav1 } from '@navarch/api';

// Messages up to release 1.33 show structures the way Go prints them; these functions render what they need.

/** GO_NO_TIME is a time that is not set. */
export const GO_NO_TIME = 'time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)';

const quoted = (text: string | undefined) => JSON.stringify(text ?? '');

/** goStrings renders a list of texts: `[]string{"a", "b"}`; `type` names another element type. */
export function goStrings(values: readonly string[] | null | undefined, type = 'string'): string {
  return !values ? `[]${type}(nil)` : `[]${type}{${values.map(quoted).join(', ')}}`;
}

/** goStringMap renders a map, keys in order: `map[string]string{"a":"b"}`; one that is absent is nil. */
export function goStringMap(map: Readonly<Record<string, string>> | null | undefined): string {
  if (!map) return 'map[string]string(nil)';
  const keys = Object.keys(map).sort();
  return `map[string]string{${keys.map(key => `${quoted(key)}:${quoted(map[key])}`).join(', ')}}`;
}

/** goLabelSelector renders a LabelSelector. */
export function goLabelSelector({ matchLabels, matchExpressions }: metav1.LabelSelector): string {
  const type = 'v1.LabelSelectorRequirement';
  const expressions = matchExpressions?.map(
    e => `${type}{Key:${quoted(e.key)}, Operator:${quoted(e.operator)}, Values:${goStrings(e.values)}}`,
  );
  const list = expressions ? `[]${type}{${expressions.join(', ')}}` : `[]${type}(nil)`;
  return `v1.LabelSelector{MatchLabels:${goStringMap(matchLabels)}, MatchExpressions:${list}}`;
}

/** selectorText shows a LabelSelector as tables do: `&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]…{},}`. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: metav1.LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map(key => `${key}: ${matchLabels[key]},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

/** goIntOrString renders a number or text: `intstr.IntOrString{Type:0, IntVal:5, StrVal:""}`. */
export function goIntOrString(value: number | string): string {
  const isText = typeof value === 'string';
  return `intstr.IntOrString{Type:${isText ? 1 : 0}, IntVal:${isText ? 0 : value}, StrVal:${quoted(isText ? value : '')}}`;
}

/** goPointer renders a pointer; what it points to is an address, which has no meaning. */
export function goPointer(type: string, value: unknown): string {
  return `(*${type})(${value === undefined ? 'nil' : '0xc000000000'})`;
}

/** goBytes renders bytes: `[]byte{0x78}`; `type` is how the list is called. */
export function goBytes(bytes: Uint8Array | undefined, type = '[]byte'): string {
  if (!bytes?.length) return `${type}(nil)`;
  return `${type}{${[...bytes].map(b => `0x${b.toString(16)}`).join(', ')}}`;
}
