import { deepClone, isRecord, setOwn, type AnyObject } from '@navarch/apimachinery';
import type { DecodeContext } from '../encoding/target';
import { needsConversion } from '../registry/conversion';
import type { Endpoint } from '../registry/resource';

/** FOR_MESSAGES is how a body is read for what messages say of it: nothing is told a second time. */
export const FOR_MESSAGES: Partial<DecodeContext> = {
  fieldValidation: 'Ignore',
  keepsEmpty: true,
  warn: () => undefined,
};

/** Written is a write by its body. */
interface Written {
  readonly endpoint: Endpoint;
  /** reread makes the wanted object once more, with its lists and maps that are empty. */
  readonly reread: (() => AnyObject) | undefined;
}

/** readAgain is what was written, with what is empty in it; undefined where that is not known, or stands elsewhere than in the hub. */
function readAgain({ endpoint, reread }: Written): AnyObject | undefined {
  return endpoint.custom || needsConversion(endpoint.version) ? undefined : reread?.();
}

/**
 * asSent is an object with the empty lists and maps of the body it came in, which are not kept. undefined where there is no difference, or
 * none is known.
 */
export function asSent(written: Written, object: AnyObject): AnyObject | undefined {
  const body = readAgain(written);
  const sent = body && deepClone(object);
  return sent && graftEmpties(sent, body) ? sent : undefined;
}

/** sendsEmpties tells whether the body of an object has an empty list or map in one of its fields, which is not kept. */
export function sendsEmpties(written: Written, object: AnyObject, field: string): boolean {
  const body = readAgain(written);
  if (!body) return false;
  const kept = Object.hasOwn(object, field) ? { [field]: deepClone(object[field]) } : {};
  return graftEmpties(kept, { [field]: body[field] });
}

/** graftEmpties adds, in place, the empty lists and maps of `from` where `to` has nothing; tells whether there was one. Pure but for that. */
export function graftEmpties(to: unknown, from: unknown): boolean {
  let grafted = false;
  if (Array.isArray(to) && Array.isArray(from)) {
    for (const [i, item] of to.entries()) if (graftEmpties(item, from[i])) grafted = true;
  } else if (isRecord(to) && isRecord(from)) {
    for (const [key, value] of Object.entries(from)) {
      if (Object.hasOwn(to, key)) {
        if (graftEmpties(to[key], value)) grafted = true;
      } else if (isEmptyCollection(value)) {
        setOwn(to, key, value);
        grafted = true;
      }
    }
  }
  return grafted;
}

const isEmptyCollection = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
