import { create, findTarget, readAs, update } from './create';
import type { Minor } from '../kind';

type Body = Readonly<Record<string, unknown>>;

/** Asked is what a test asks the server without a server: the findings about an object, one text each, as the answer lists them. */
export interface Asked {
  /** created are the findings about a new object. */
  created(body: Body): string[];
  /** warned are the warnings about a new object, or about what one becomes. */
  warned(body: Body, before?: Body): readonly string[];
  /** changed are the findings about what an object becomes; `subresource` names the endpoint, a function changes what is stored. */
  changed(before: Body, after: Body | ((stored: Body) => Body), subresource?: string): string[];
}

/** ask names a collection (`/api/v1/namespaces/x/pods`) and the release that is asked; 20 unless given. */
export function ask(path: string, emulated: Minor = 20): Asked {
  const target = findTarget(path, emulated);
  if (!target) throw new Error(`${path} is not served by 1.${emulated}`);
  const texts = (errors: readonly { field: string; message: string }[]) =>
    errors.map(({ field, message }) => `${field}: ${message}`);
  const named = (body: Body) => ({ ...body, metadata: { name: 'x', ...(body['metadata'] as Body | undefined) } });
  return {
    warned(body, before) {
      if (!before) return create(target, named(body), emulated).warnings;
      const { object } = create(target, named(before), emulated);
      return update(target, named(body), object, emulated).warnings;
    },
    created: body => texts(create(target, named(body), emulated).errors),
    changed(before, after, subresource) {
      const { object, errors } = create(target, named(before), emulated);
      if (errors.length) throw new Error(`the object before is invalid: ${texts(errors).join(', ')}`);
      const body = typeof after === 'function' ? after(readAs(target.version, object, emulated)) : named(after);
      return texts(update(target, body, object, emulated, subresource).errors);
    },
  };
}
