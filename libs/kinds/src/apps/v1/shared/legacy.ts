type Fields = Record<string, unknown>;

/** UNLIMITED is how older versions said that there is no limit. */
export const UNLIMITED = 2 ** 31 - 1;

const record = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined;
const isFilled = (value: unknown) => Object.keys(record(value) ?? {}).length > 0;

/** inheritLabels is the rule of the versions before apps/v1beta2: selector and labels are the template's unless given. In place. */
export function inheritLabels(object: Fields): void {
  const spec = record(object['spec']);
  const labels = record(record(record(spec?.['template'])?.['metadata'])?.['labels']);
  if (!spec || !isFilled(labels)) return;
  const selector = record(spec['selector']);
  if (!isFilled(selector?.['matchLabels']) && !(selector?.['matchExpressions'] as unknown[] | undefined)?.length) {
    spec['selector'] = { matchLabels: { ...labels } };
  }
  const metadata = (object['metadata'] ??= {}) as Fields;
  if (!isFilled(metadata['labels'])) metadata['labels'] = { ...labels };
}
