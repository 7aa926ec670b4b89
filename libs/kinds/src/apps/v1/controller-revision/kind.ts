import { ControllerRevisions, type appsv1 } from '@navarch/api';
import { controllerOf, field, Path } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { semanticEqual } from '../../../shared/equal';
import { IMMUTABLE, nonNegative } from '../../../shared/errors';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const legacy = { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ControllerRevision') } as const;

/** controllerRevision declares ControllerRevision, whose data never changes. */
export const controllerRevision = defineKind<appsv1.ControllerRevision>({
  resource: ControllerRevisions,
  versions: [
    served('apps/v1', 'ControllerRevision'),
    served('apps/v1beta2', 'ControllerRevision', legacy),
    served('apps/v1beta1', 'ControllerRevision', legacy),
  ],
  columns: defineColumns<appsv1.ControllerRevision>([
    nameColumn,
    text('Controller', revision => {
      const owner = controllerOf(revision);
      if (!owner) return NONE;
      const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
      return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
    }),
    text('Revision', revision => revision.revision ?? 0),
    ageColumn,
  ]),
  strategy: plainStrategy<appsv1.ControllerRevision>(
    (revision, { emulated }) => [
      ...(revision.data === undefined && emulated >= 21 ? [field.required(Path.at('data'), 'data is mandatory')] : []),
      ...nonNegative(Path.at('revision'), revision.revision),
    ],
    {
      alsoOnUpdate: (revision, old) =>
        semanticEqual(revision.data, old.data) ? [] : [field.invalid(Path.at('data'), revision.data, IMMUTABLE)],
    },
  ),
});
