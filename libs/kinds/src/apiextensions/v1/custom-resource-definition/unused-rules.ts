import type { apiextensionsv1 } from '@navarch/api';
import { Path } from '@navarch/apimachinery';
import type { JsonSchema } from '@navarch/schema';
import type { Minor } from '../../../kind';
import { schemaParts } from './schema-parts';

type Definition = apiextensionsv1.CustomResourceDefinition;
const RULES = 'x-kubernetes-validations';

/** USED_SINCE are the first releases that use rules, and what rules may say. */
const USED_SINCE = { rules: 25, optionalOldSelf: 30 } as const;

/** forgetUnusedRules drops, in place, what the release knows of rules and does not use yet, unless the definition had some before. */
export function forgetUnusedRules(definition: Definition, old: Definition | undefined, emulated: Minor): void {
  if (emulated >= USED_SINCE.optionalOldSelf) return;
  const before = old ? allSchemas(old) : [];
  const schemas = allSchemas(definition);
  if (emulated < USED_SINCE.rules && !before.some(schema => schema[RULES]))
    for (const schema of schemas) delete (schema as { [RULES]?: unknown })[RULES];
  if (before.some(hasOptional)) return;
  for (const rule of schemas.flatMap(schema => schema[RULES] ?? []))
    delete (rule as { optionalOldSelf?: boolean }).optionalOldSelf;
}

const hasOptional = (schema: JsonSchema) =>
  (schema[RULES] ?? []).some(rule => (rule as { optionalOldSelf?: boolean }).optionalOldSelf !== undefined);

/** allSchemas are the schemas of all versions, and all that stand in them. */
function allSchemas({ spec }: Definition): JsonSchema[] {
  const roots = (spec?.versions ?? []).map(({ schema }) => schema?.openAPIV3Schema as JsonSchema | undefined);
  const found = roots.filter(root => root !== undefined);
  for (const schema of found) found.push(...schemaParts(schema, Path.at()).map(([part]) => part));
  return found;
}
