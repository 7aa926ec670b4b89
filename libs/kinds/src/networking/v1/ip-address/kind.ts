import { IPAddresses, type networkingv1 } from '@navarch/api';
import { field, isDNS1123Subdomain, isPathSegmentName, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { each, IMMUTABLE, invalidStruct } from '../../../shared/errors';
import { strictIP } from '../../../shared/ip-forms';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { goStruct } from '../../../shared/go-struct';

const PARENT = Path.at('spec', 'parentRef');

function validate({ spec }: networkingv1.IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  if (!parent) return [field.required(PARENT)];
  const { group, namespace } = parent;
  const segment = (name: 'resource' | 'name') =>
    parent[name]
      ? each(PARENT.child(name), parent[name], isPathSegmentName(parent[name]))
      : [field.required(PARENT.child(name))];
  return [
    ...(group ? each(PARENT.child('group'), group, isDNS1123Subdomain(group)) : []),
    ...segment('resource'),
    ...segment('name'),
    ...(namespace ? each(PARENT.child('namespace'), namespace, isPathSegmentName(namespace)) : []),
  ];
}

function parentText({ spec }: networkingv1.IPAddress): string {
  const { group, resource: plural, namespace, name } = spec?.parentRef ?? {};
  return [plural && group ? `${plural}.${group}` : plural, namespace, name].filter(Boolean).join('/');
}

/** ipAddress declares IPAddress, the record that a Service holds an address. Its name is the address, and who holds it is fixed. */
export const ipAddress = defineKind<networkingv1.IPAddress>({
  resource: IPAddresses,
  versions: [served('networking.k8s.io/v1', 'IPAddress', { since: 33 })],
  shortNames: ['ip'],
  nameRule: strictIP,
  selectableFields: ({ spec }) => ({
    'spec.parentRef.name': spec?.parentRef?.name ?? '',
    'spec.parentRef.namespace': spec?.parentRef?.namespace ?? '',
    'spec.parentRef.resource': spec?.parentRef?.resource ?? '',
  }),
  fieldLabels: ['spec.parentRef.name', 'spec.parentRef.namespace', 'spec.parentRef.resource'],
  columns: defineColumns<networkingv1.IPAddress>([nameColumn, text('ParentRef', parentText), ageColumn]),
  strategy: plainStrategy<networkingv1.IPAddress>(validate, {
    alsoOnUpdate: ({ spec }, old) =>
      semanticEqual(spec?.parentRef, old.spec?.parentRef)
        ? []
        : [invalidStruct(PARENT, goStruct('networking.ParentReference', spec?.parentRef ?? {}), IMMUTABLE)],
  }),
});
