import { field, Path, StatusError, type AnyObject } from '@navarch/apimachinery';
import { expect, test } from '@jest/globals';
import type { MetadataChecks } from '@navarch/kinds';
import { checkChange } from './validation';
import type { WriteContext } from './write-context';

/** causesOf are the fields that a change of labels to what they cannot be is told of, in order. */
function causesOf(checks: MetadataChecks<AnyObject> | undefined): unknown {
  const strategy = {
    ...(checks && { metadataChecks: checks }),
    validateUpdate: () => [field.required(Path.at('last'))],
  };
  const kind = { resource: { group: 'g', kind: 'K' }, strategy };
  const context = {
    endpoint: { kind, kindName: 'K', version: {}, resource: { namespaced: true, emulated: 20 } },
    strategy,
    services: { emulated: 20 },
    strategyContext: {},
    exchange: { warn: () => undefined },
  } as unknown as WriteContext;
  const metadata = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '5' };
  try {
    checkChange(context, { metadata: { ...metadata, labels: { 'a b': '' } } }, { metadata });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return error.details?.causes?.map(cause => cause.field);
  }
  return [];
}

const own = () => [field.required(Path.at('own'))];
const LABELS = 'metadata.labels';

test.each<[string, MetadataChecks<AnyObject> | undefined, string[]]>([
  ['the server, then the kind', undefined, [LABELS, LABELS, LABELS, LABELS, 'last']],
  ['once by the kind', { update: ['whole'] }, [LABELS, LABELS, LABELS, 'last']],
  [
    'between looks at metadata',
    { update: ['whole', own, 'whole', own] },
    [LABELS, LABELS, LABELS, 'own', LABELS, 'own', 'last'],
  ],
])('findings are told in the order in which they are looked for: %s', (_title, checks, fields) => {
  expect(causesOf(checks)).toEqual(fields);
});
