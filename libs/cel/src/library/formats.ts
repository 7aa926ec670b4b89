import {
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isValidLabelValue,
  isQualifiedName,
} from '@navarch/apimachinery';
import { exactly, product } from '../cost/interval';
import { matchCost, patternCost, sized, through, type CostModel } from '../cost/model';
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
    /** pattern is how many characters a pattern for the format would have. */
    readonly pattern: number,
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

/** Format is how a format checks a text, and how many characters a pattern for it would have. */
type Format = readonly [check: (text: string) => readonly string[], pattern: number];

/** The formats came with a release that says of dots that they are them. */
const label = (text: string) => isDNS1123Label(text, { emulated: 33 });

const NAMED: Readonly<Record<string, Format>> = {
  dns1123Label: [label, 30],
  dns1123Subdomain: [isDNS1123Subdomain, 60],
  dns1035Label: [isDNS1035Label, 30],
  qualifiedName: [isQualifiedName, 60],
  dns1123LabelPrefix: [prefix(label), 30],
  dns1123SubdomainPrefix: [prefix(isDNS1123Subdomain), 60],
  dns1035LabelPrefix: [prefix(isDNS1035Label), 30],
  labelValue: [isValidLabelValue, 40],
  uri: [wrong(text => URL.canParse(text) || /^\/[^\s]*$/.test(text), 'invalid URI'), 1000],
  uuid: [wrong(text => UUID.test(text), 'does not match the UUID format'), UUID.source.length],
  byte: [wrong(text => BASE64.test(text), 'invalid base64'), BASE64.source.length],
  date: [wrong(text => parseTimestamp(`${text}T00:00:00Z`) !== undefined, 'invalid date'), 50],
  datetime: [wrong(text => parseTimestamp(text) !== undefined, 'invalid datetime'), 110],
};

const formatOf = (name: string) => new FormatValue(name, ...NAMED[name]!);

function named(name: string): Optional {
  return Object.hasOwn(NAMED, name) ? new Optional(formatOf(name)) : Optional.none;
}

function validate({ check }: FormatValue, text: string): Optional {
  const problems = check(text);
  return problems.length ? new Optional(new List(problems)) : Optional.none;
}

const LARGEST_PATTERN = exactly(128);
/** VALIDATION costs what it would to match a pattern; which one it is shows at run time. */
const VALIDATION: CostModel = {
  cost: ([format, text]) => matchCost(sized(text), (format as FormatValue).pattern),
  estimate: ([, text]) => ({ cost: product(through(text!.size), patternCost(LARGEST_PATTERN)) }),
};

/** FORMATS are the named formats of texts: `format.dns1123Label().validate(name)` is empty, or what is wrong. */
export const FORMATS: Library = {
  'format.named': [fn([STRING], optionalOf(FORMAT), named)],
  validate: [method([FORMAT, STRING], optionalOf(listOf(STRING)), validate, { costs: VALIDATION })],
  ...Object.fromEntries(Object.keys(NAMED).map(name => [`format.${name}`, [fn([], FORMAT, () => formatOf(name))]])),
};
