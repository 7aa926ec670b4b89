import { ControllerRevisions, type appsv1 } from '@navarch/api';
import { controllerOf, field, Path, type FieldError } from '@navarch/apimachinery';
import { defineKind } from '../../../kind';
import { defineColumns } from '../../../shared/columns';
import { IMMUTABLE, invalidStruct, nonNegative } from '../../../shared/errors';
import { goBytes } from '../../../shared/go-syntax';
import { ageColumn, nameColumn, NONE, text } from '../../../shared/printer';
import { deprecatedFor, served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

const legacy = { until: 15, deprecated: deprecatedFor('1.9', '1.16', 'apps/v1 ControllerRevision') } as const;

const DATA = Path.at('data');

function validateRevision({ data, revision }: appsv1.ControllerRevision): FieldError[] {
  return [
    ...(data !== undefined && data !== null ? [] : [field.required(DATA, 'data is mandatory')]),
    ...nonNegative(Path.at('revision'), revision),
  ];
}

/** goRaw renders the data, which is anybody's JSON. */
function goRaw(data: unknown): string {
  if (data === undefined || data === null) return '"null"';
  const bytes = goBytes(Buffer.from(JSON.stringify(data)), '[]uint8');
  return `runtime.Unknown{TypeMeta:runtime.TypeMeta{APIVersion:"", Kind:""}, Raw:${bytes}, ContentEncoding:"", ContentType:"application/json"}`;
}

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
  strategy: plainStrategy<appsv1.ControllerRevision>(validateRevision, {
    alsoOnUpdate: ({ data }, old) =>
      JSON.stringify(data ?? null) === JSON.stringify(old.data ?? null)
        ? []
        : [invalidStruct(DATA, goRaw(data), IMMUTABLE)],
  }),
});
