import { deepClone, isRecord, setOwn, type AnyObject } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import type { DecodeContext } from '../encoding/target';
import { needsConversion } from '../registry/conversion';
import type { WriteContext } from './write-context';

/** JSON_VALUES is the first release whose messages show structures as JSON, in which there is no difference any more. */
const JSON_VALUES: Minor = 34;

/** FOR_MESSAGES is how a body is read for what messages say of it: nothing is told a second time. */
export const FOR_MESSAGES: Partial<DecodeContext> = {
  fieldValidation: 'Ignore',
  keepsEmpty: true,
  warn: () => undefined,
};

/**
 * asSent is an object that was found wrong with the empty lists and maps of the body it came in, which are not kept, and which the messages of
 * releases up to 1.33 tell from none (`map[string]string{}`, `map[string]string(nil)`). undefined where there is no difference.
 */
export function asSent({ endpoint, services, reread }: WriteContext, object: AnyObject): AnyObject | undefined {
  if (!reread || endpoint.custom || services.emulated >= JSON_VALUES || needsConversion(endpoint.version))
    return undefined;
  const sent = deepClone(object);
  return graftEmpties(sent, reread()) ? sent : undefined;
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
