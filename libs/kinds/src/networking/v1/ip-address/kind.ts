import { resource, type networkingv1 } from '@navarch/api';
import { field, isValidIP, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, requireText } from '../../../shared/errors';
import { ageColumn, nameColumn, text } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const PARENT = Path.at('spec', 'parentRef');

function validate({ spec }: networkingv1.IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  if (!parent) return [field.required(PARENT)];
  return [...requireText(PARENT.child('resource'), parent.resource), ...requireText(PARENT.child('name'), parent.name)];
}

function parentText({ spec }: networkingv1.IPAddress): string {
  const { group, resource: plural, namespace, name } = spec?.parentRef ?? {};
  return [plural && group ? `${plural}.${group}` : plural, namespace, name].filter(Boolean).join('/');
}

/** ipAddress declares IPAddress, the record that a Service holds an address. Its name is the address. */
export const ipAddress = defineKind<networkingv1.IPAddress>({
  resource: resource<networkingv1.IPAddress>('networking.k8s.io/v1', 'ipaddresses', 'IPAddress', false),
  versions: [served('networking.k8s.io/v1', 'IPAddress', { since: 33 })],
  shortNames: ['ip'],
  nameRule: name => isValidIP(name),
  selectableFields: ({ spec }) => ({
    'spec.parentRef.name': spec?.parentRef?.name ?? '',
    'spec.parentRef.namespace': spec?.parentRef?.namespace ?? '',
    'spec.parentRef.resource': spec?.parentRef?.resource ?? '',
  }),
  fieldLabels: ['spec.parentRef.name', 'spec.parentRef.namespace', 'spec.parentRef.resource'],
  columns: defineColumns<networkingv1.IPAddress>([nameColumn, text('ParentRef', parentText), ageColumn]),
  strategy: plainStrategy<networkingv1.IPAddress>(validate, {
    alsoOnUpdate: (address, old) =>
      semanticEqual(address.spec?.parentRef, old.spec?.parentRef)
        ? []
        : [field.invalid(PARENT, address.spec?.parentRef, IMMUTABLE)],
  }),
});
