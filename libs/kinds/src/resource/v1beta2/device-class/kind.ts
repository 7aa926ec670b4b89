import { resource, type resourcev1beta2 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { ageColumn, nameColumn } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const SPEC = Path.at('spec');
const MAX_SELECTORS = 32;

/** deviceClass declares DeviceClass; both versions have one and the same form. */
export const deviceClass = defineKind<resourcev1beta2.DeviceClass>({
  resource: resource<resourcev1beta2.DeviceClass>('resource.k8s.io/v1beta2', 'deviceclasses', 'DeviceClass', false),
  versions: [
    served('resource.k8s.io/v1beta2', 'DeviceClass', { since: 33, optIn: true }),
    served('resource.k8s.io/v1beta1', 'DeviceClass', { since: 32, optIn: true }),
  ],
  columns: defineColumns<resourcev1beta2.DeviceClass>([nameColumn, ageColumn]),
  strategy: plainStrategy<resourcev1beta2.DeviceClass>(({ spec }) => {
    const selectors = spec?.selectors ?? [];
    const at = SPEC.child('selectors');
    return [
      ...(selectors.length > MAX_SELECTORS ? [field.tooMany(at, selectors.length, MAX_SELECTORS)] : []),
      ...selectors.flatMap((s, i) => (s.cel?.expression ? [] : [field.required(at.index(i).child('cel'))])),
    ];
  }),
});
