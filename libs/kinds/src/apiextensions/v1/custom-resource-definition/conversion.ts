import { isShared } from './versions';

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function rename(object: Fields, from: string, to: string): void {
  if (object[from] !== undefined) object[to] = object[from];
  delete object[from];
}

/** SHARED are the parts that v1beta1 may state once for all versions, each with its name there and in a version. */
export const SHARED = [
  ['validation', 'schema'],
  ['subresources', 'subresources'],
  ['additionalPrinterColumns', 'additionalPrinterColumns'],
] as const;

/** defaultBeta fills in what v1beta1 defaults differently, in place: one version from its old field, and unknown fields are kept. */
export function defaultBeta(object: Fields): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  spec['scope'] ||= 'Namespaced';
  spec['preserveUnknownFields'] ??= true;
  if (!list(spec['versions']).length && spec['version'])
    spec['versions'] = [{ name: spec['version'], served: true, storage: true }];
  const conversion = spec['conversion'];
  if (isRecord(conversion) && conversion['strategy'] === 'Webhook')
    conversion['conversionReviewVersions'] ??= ['v1beta1'];
}

/** toDefinitionV1 brings a definition of v1beta1 into the form of v1, in place: every version says all of itself. */
export function toDefinitionV1(object: Fields): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  const [first] = list(spec['versions']);
  // Another version than the first cannot be said in v1: it stays for the validation to find.
  if (!spec['version'] || spec['version'] === first?.['name']) delete spec['version'];
  if (spec['preserveUnknownFields'] === false) delete spec['preserveUnknownFields'];
  const versions = list(spec['versions']);
  for (const [top, own] of SHARED) {
    // What is stated both ways cannot be said in v1: it stays for the validation to find.
    if (spec[top] === undefined || versions.some(version => version[own] !== undefined)) continue;
    for (const version of versions) version[own] = structuredClone(spec[top]);
    delete spec[top];
  }
  for (const column of versions.flatMap(v => list(v['additionalPrinterColumns'])))
    rename(column, 'JSONPath', 'jsonPath');
  const conversion = spec['conversion'];
  if (!isRecord(conversion)) return;
  const { webhookClientConfig: clientConfig, conversionReviewVersions } = conversion;
  delete conversion['webhookClientConfig'];
  delete conversion['conversionReviewVersions'];
  if (clientConfig !== undefined || conversionReviewVersions !== undefined) {
    conversion['webhook'] = {
      ...(clientConfig !== undefined && { clientConfig }),
      conversionReviewVersions: conversionReviewVersions ?? [],
    };
  }
}

/** fromDefinitionV1 is the way back: what all versions have in common is stated once. */
export function fromDefinitionV1(object: Fields): void {
  const { spec } = object;
  if (!isRecord(spec)) return;
  const versions = list(spec['versions']);
  if (versions[0]) spec['version'] = versions[0]['name'];
  for (const column of versions.flatMap(v => list(v['additionalPrinterColumns'])))
    rename(column, 'jsonPath', 'JSONPath');
  for (const [top, own] of SHARED) {
    const first = versions[0]?.[own];
    if (first === undefined || !isShared(versions, own)) continue;
    spec[top] = first;
    for (const version of versions) delete version[own];
  }
  spec['preserveUnknownFields'] ??= false;
  const conversion = spec['conversion'];
  if (!isRecord(conversion) || !isRecord(conversion['webhook'])) return;
  const { clientConfig, conversionReviewVersions } = conversion['webhook'];
  delete conversion['webhook'];
  if (clientConfig !== undefined) conversion['webhookClientConfig'] = clientConfig;
  if (conversionReviewVersions !== undefined) conversion['conversionReviewVersions'] = conversionReviewVersions;
}
