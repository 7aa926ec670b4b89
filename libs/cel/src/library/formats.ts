import {
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isValidLabelValue,
  isQualifiedName,
} from '@navarch/apimachinery';
import { fn, method, type Library } from '../environment';
import { listOf, opaque, optionalOf, STRING } from '../types';
import { List, Opaque, Optional } from '../values';
import { parseTimestamp } from './time-values';

const FORMAT = opaque('kubernetes.NamedFormat');

/** FormatValue is a named format; `check` tells what is wrong with a text. */
class FormatValue extends Opaque {
  readonly type = FORMAT;
  constructor(
    readonly name: string,
    readonly check: (text: string) => readonly string[],
  ) {
    super();
  }
  equals(other: FormatValue): boolean {
    return this.name === other.name;
  }
}

/** prefix checks a text that something will be appended to. */
const prefix = (check: (text: string) => readonly string[]) => (text: string) => check(text.replace(/-$/, 'a'));
const wrong = (isRight: (text: string) => boolean, message: string) => (text: string) =>
  isRight(text) ? [] : [message];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const CHECKS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  dns1123Label: isDNS1123Label,
  dns1123Subdomain: isDNS1123Subdomain,
  dns1035Label: isDNS1035Label,
  qualifiedName: isQualifiedName,
  dns1123LabelPrefix: prefix(isDNS1123Label),
  dns1123SubdomainPrefix: prefix(isDNS1123Subdomain),
  dns1035LabelPrefix: prefix(isDNS1035Label),
  labelValue: isValidLabelValue,
  uri: wrong(text => URL.canParse(text) || /^\/[^\s]*$/.test(text), 'invalid URI'),
  uuid: wrong(text => UUID.test(text), 'does not match the UUID format'),
  byte: wrong(text => BASE64.test(text), 'invalid base64'),
  date: wrong(text => parseTimestamp(`${text}T00:00:00Z`) !== undefined, 'invalid date'),
  datetime: wrong(text => parseTimestamp(text) !== undefined, 'invalid datetime'),
};

function named(name: string): Optional {
  return Object.hasOwn(CHECKS, name) ? new Optional(new FormatValue(name, CHECKS[name]!)) : Optional.none;
}

function validate({ check }: FormatValue, text: string): Optional {
  const problems = check(text);
  return problems.length ? new Optional(new List(problems)) : Optional.none;
}

/** FORMATS are the named formats of texts: `format.dns1123Label().validate(name)` is empty, or what is wrong. */
export const FORMATS: Library = {
  'format.named': [fn([STRING], optionalOf(FORMAT), named)],
  validate: [method([FORMAT, STRING], optionalOf(listOf(STRING)), validate)],
  ...Object.fromEntries(
    Object.entries(CHECKS).map(([name, check]) => [
      `format.${name}`,
      [fn([], FORMAT, () => new FormatValue(name, check))],
    ]),
  ),
};
