import type { Schema } from './schema-types';

const STEP = /(?:\.([A-Za-z_][\w-]*)|\['((?:[^'\\]|\\.)+)'\])/y;

/** parseFieldPath reads `.spec.foo` or `['a.b']` below a schema into names; a string says why it is no path. Pure. */
export function parseFieldPath(text: string, schema: Schema): readonly string[] | string {
  const names: string[] = [];
  let at = 0;
  let here: Schema | undefined = schema;
  while (at < text.length) {
    STEP.lastIndex = at;
    const m = STEP.exec(text);
    if (!m) {
      return /^\[\d+\]/.test(text.slice(at))
        ? 'does not support list numeric index'
        : `expected [ or . but got: ${text.slice(at)}`;
    }
    const name = m[1] ?? m[2]!.replace(/\\(.)/g, '$1');
    here = below(here, name);
    if (!here) return `does not refer to a valid field`;
    names.push(name);
    at += m[0].length;
  }
  return names;
}

function below(schema: Schema, name: string): Schema | undefined {
  if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
