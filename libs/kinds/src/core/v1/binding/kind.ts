import { Bindings, type corev1 } from '@navarch/api';
import { field, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { oneOf, requireText } from '../../../shared/errors';
import { served } from '../../../shared/served';

const TARGET = Path.at('target');

/** binding declares Binding, the order to run a pod on a node; nothing of it is stored. */
export const binding = defineKind<corev1.Binding>({
  resource: Bindings,
  versions: [served('v1', 'Binding')],
  verbs: ['create'],
  strategy: {
    validate: ({ target }) =>
      target
        ? [
            ...(target.kind ? oneOf(TARGET.child('kind'), target.kind, ['Node', '<empty>']) : []),
            ...requireText(TARGET.child('name'), target.name),
          ]
        : [field.required(TARGET.child('name'))],
  },
});
