import type { apiextensionsv1 } from '@navarch/api';
import { escapeField, schemaType, STRING, type ObjectField, type Schema, type Type } from '@navarch/cel';
import type { KindDefinition } from '../../../kind';
import { expressionType } from '../shared/expression-types';

/** CheckedKind is a kind in one of its versions, as the expressions of policies are checked against it. */
export interface CheckedKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  /** type is made when it is asked for; it may be large. */
  type(): Type;
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** builtInKinds are the kinds that Kubernetes has. */
export function builtInKinds(kinds: readonly KindDefinition[]): CheckedKind[] {
  return kinds.flatMap(({ resource: { resource, kind }, versions }) =>
    versions.map(({ group, version, schema }) => ({
      group,
      version,
      resource,
      kind,
      type: () => expressionType(schema),
    })),
  );
}

/** customKinds are the kinds that definitions add, where their schema says what they are. */
export function customKinds(definitions: readonly apiextensionsv1.CustomResourceDefinition[]): CheckedKind[] {
  return definitions.flatMap(({ spec: { group, names, versions } }) =>
    versions.flatMap(({ name: version, schema, served }) => {
      const own = schema?.openAPIV3Schema as Schema | undefined;
      const type = () => customType(own!);
      return own && served ? [{ group, version, resource: names.plural, kind: names.kind, type }] : [];
    }),
  );
}

/** customType is a schema's type, with what all objects have: rules of the schema see less of their metadata than policies do. */
function customType(schema: Schema): Type {
  const own = schemaType({ ...schema, type: 'object' });
  const always = new Map<string, ObjectField>(
    Object.entries({ apiVersion: STRING, kind: STRING, metadata: expressionType(OBJECT_META) }).map(
      ([property, type]) => [escapeField(property), { property, type }],
    ),
  );
  const field = (name: string) => always.get(name) ?? (own?.kind === 'object' ? own.field(name) : undefined);
  return { kind: 'object', name: 'object', field };
}
