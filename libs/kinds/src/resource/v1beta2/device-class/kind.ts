import { resource, type resourcev1beta2 } from '@navarch/api';
import { Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { ageColumn, nameColumn } from '../../../shared/printer';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';
import { MAX_CONFIGS, validateConfiguration, validateSelectors } from '../shared/configuration';
import { validateSlice } from '../shared/lists';

const SPEC = Path.at('spec');

function validate({ spec }: resourcev1beta2.DeviceClass, stored = false): FieldError[] {
  return [
    ...validateSelectors(spec?.selectors, SPEC.child('selectors')),
    ...validateSlice(spec?.config, MAX_CONFIGS, SPEC.child('config'), (config, path) =>
      validateConfiguration(config, path, stored),
    ),
  ];
}

/** deviceClass declares DeviceClass; both versions have one and the same form. */
export const deviceClass = defineKind<resourcev1beta2.DeviceClass>({
  resource: resource<resourcev1beta2.DeviceClass>('resource.k8s.io/v1beta2', 'deviceclasses', 'DeviceClass', false),
  versions: [
    served('resource.k8s.io/v1beta2', 'DeviceClass', { since: 33, optIn: true }),
    served('resource.k8s.io/v1beta1', 'DeviceClass', { since: 32, optIn: true }),
  ],
  columns: defineColumns<resourcev1beta2.DeviceClass>([nameColumn, ageColumn]),
  strategy: plainStrategy<resourcev1beta2.DeviceClass>(object => validate(object), {
    metadataChecks: { update: ['change'] },
    validateUpdate: (object, old) => validate(object, semanticEqual(object.spec?.config, old.spec?.config)),
  }),
});
