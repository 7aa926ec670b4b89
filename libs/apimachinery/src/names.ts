import { BlockList, isIP } from 'node:net';
import { remember } from './remember';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const UNDERSCORED = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${QUALIFIED})?`;

const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_1035_TEXT =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
const QUALIFIED_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** regexError is the message for text that does not match, with examples of text that does. */
export function regexError(message: string, regex: string, ...examples: string[]): string {
  const shown = examples.map(example => `'${example}', `).join(' or ');
  return `${message} (${examples.length ? `e.g. ${shown}` : ''}regex used for validation is '${regex}')`;
}

/** maxLength is the message for too long text. */
export const maxLength = (max: number) => `must be no more than ${max} characters`;
const EMPTY = 'must be non-empty';
/** inclusiveRange is the message for a number out of bounds. */
export const inclusiveRange = (low: number, high: number) => `must be between ${low} and ${high}, inclusive`;

interface Rule {
  readonly max?: number;
  readonly regex: RegExp;
  readonly message: string;
}
const rule = (regex: string, text: string, examples: string[], max?: number): Rule => ({
  regex: new RegExp(`^(?:${regex})$`),
  message: regexError(text, regex, ...examples),
  ...(max && { max }),
});
const check = ({ max, regex, message }: Rule, text: string): string[] => [
  ...(max && byteLength(text) > max ? [maxLength(max)] : []),
  ...(regex.test(text) ? [] : [message]),
];
const byteLength = (text: string) => Buffer.byteLength(text);

const RULES = {
  label: rule(LABEL, LABEL_TEXT, ['my-name', '123-abc'], 63),
  subdomain: rule(SUBDOMAIN, SUBDOMAIN_TEXT, ['example.com'], 253),
  underscored: rule(
    `${UNDERSCORED}(\\.${UNDERSCORED})*`,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    ['example.com'],
    253,
  ),
  label1035: rule(LABEL_1035, LABEL_1035_TEXT, ['my-name', 'abc-123'], 63),
  qualified: rule(QUALIFIED, QUALIFIED_TEXT, ['MyName', 'my.name', '123-abc'], 63),
  labelValue: rule(LABEL_VALUE, LABEL_VALUE_TEXT, ['MyValue', 'my_value', '12345'], 63),
  wildcard: rule(
    `\\*\\.${SUBDOMAIN}`,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    ['*.example.com'],
    253,
  ),
  cIdentifier: rule(
    '[A-Za-z_][A-Za-z0-9_]*',
    "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
    ['my_name', 'MY_NAME', 'MyName'],
  ),
  envVar: rule(
    '[-._a-zA-Z][-._a-zA-Z0-9]*',
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    ['my.env-name', 'MY_ENV.NAME', 'MyEnvName1'],
  ),
  configKey: rule(
    '[-._a-zA-Z0-9]+',
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    ['key.name', 'KEY_NAME', 'key-name'],
    253,
  ),
  header: rule('[-A-Za-z0-9]+', "a valid HTTP header must consist of alphanumeric characters or '-'", [
    'X-Header-Name',
  ]),
  percent: rule('[0-9]+%', "a valid percent string must be a numeric string followed by an ending '%'", ['1%', '93%']),
} as const;

// Every check answers the list of what is wrong with the text, in the API's words; empty means fine.

/** DOTS_NAMED is the first release that says of a label with dots that it is them. */
const DOTS_NAMED = 27;

/** isDNS1123Label checks a name of one part, 63 characters at most: `my-name`. The words are those of the release, of 1.20 unless given. */
export function isDNS1123Label(
  text: string,
  { emulated = 20 }: { readonly emulated?: number | undefined } = {},
): string[] {
  const problems = check(RULES.label, text);
  if (emulated < DOTS_NAMED || !problems.length || !RULES.subdomain.regex.test(text) || RULES.label.regex.test(text))
    return problems;
  return [...problems.slice(0, -1), 'must not contain dots'];
}
/** isDNS1123Subdomain checks a name of dotted parts, 253 characters at most: `example.com`. */
export const isDNS1123Subdomain = (text: string) => check(RULES.subdomain, text);
/** isUnderscoredSubdomain checks one whose parts may have underscores: `_sip._tcp.example.com`. */
export const isUnderscoredSubdomain = (text: string) => check(RULES.underscored, text);
/** isDNS1035Label checks a label that starts with a letter. */
export const isDNS1035Label = (text: string) => check(RULES.label1035, text);
/** isWildcardDNS1123Subdomain checks `*.example.com`. */
export const isWildcardDNS1123Subdomain = (text: string) => check(RULES.wildcard, text);
/** isValidLabelValue checks a label's value; the empty one is fine. */
export const isValidLabelValue = (text: string) => check(RULES.labelValue, text);
/** isCIdentifier checks a name of the C language. */
export const isCIdentifier = (text: string) => check(RULES.cIdentifier, text);
/** isPercent checks `25%`. */
export const isPercent = (text: string) => check(RULES.percent, text);
/** isHTTPHeaderName checks the name of a request header. */
export const isHTTPHeaderName = (text: string) => check(RULES.header, text);

/** isQualifiedName checks a label or annotation key: a name with an optional DNS prefix, `example.com/my-name`. */
export const isQualifiedName: (text: string) => readonly string[] = remember(4096, text => {
  const parts = text.split('/');
  if (parts.length > 2) {
    const message = regexError(QUALIFIED_TEXT, QUALIFIED, 'MyName', 'my.name', '123-abc');
    return [`a qualified name ${message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts.at(-1)!;
  const prefix = parts.length === 2 ? parts[0]! : undefined;
  const prefixProblems = prefix === undefined ? [] : prefix ? isDNS1123Subdomain(prefix) : [EMPTY];
  const nameProblems = [...(name ? [] : [EMPTY]), ...check(RULES.qualified, name)];
  return [...prefixProblems.map(p => `prefix part ${p}`), ...nameProblems.map(p => `name part ${p}`)];
});

/** isFullyQualifiedDomainName checks a DNS name of at least two parts; a trailing dot is fine. */
export function isFullyQualifiedDomainName(text: string): string[] {
  if (!text) return ['Required value'];
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const problems = isDNS1123Subdomain(name);
  if (problems.length) return problems;
  if (name.split('.').length < 2) return ['should be a domain with at least two segments separated by dots'];
  return [];
}

/** isValidPortName checks the name of a port: IANA's service names, 15 characters at most. */
export function isValidPortName(text: string): string[] {
  return [
    ...(text.length > 15 ? [maxLength(15)] : []),
    ...(/^[-a-z0-9]+$/.test(text) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(text) ? [] : ['must contain at least one letter or number (a-z, 0-9)']),
    ...(text.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(text && (text.startsWith('-') || text.endsWith('-')) ? ['must not begin or end with a hyphen'] : []),
  ];
}

/** isValidPortNum checks 1…65535. */
export const isValidPortNum = (port: number) => (port >= 1 && port <= 65535 ? [] : [inclusiveRange(1, 65535)]);

const isIPv4Strict = (text: string) =>
  isIP(text) === 4 && text.split('.').every(part => part.length === 1 || !part.startsWith('0'));

/** PADDED is the first release that reads addresses whose numbers begin with zeros, by tens all the same. */
const PADDED = 22;

/** Reader is the release that reads an address, 1.20 unless given. */
interface Reader {
  readonly emulated?: number | undefined;
}

/** unpadded is an address without the zeros before its dotted numbers. */
function unpadded(text: string): string {
  const start = text.lastIndexOf(':') + 1;
  const dotted = text.slice(start);
  if (!dotted.includes('.')) return text;
  return text.slice(0, start) + dotted.replace(/(^|\.)0+(?=\d)/g, '$1');
}

const isAddress = (text: string) => isIPv4Strict(text) || (isIP(text) === 6 && !text.includes('%'));

/** isValidIP checks an IPv4 or IPv6 address (without zone). */
export function isValidIP(text: string, { emulated = 20 }: Reader = {}): string[] {
  const fine = isAddress(emulated < PADDED ? text : unpadded(text));
  return fine ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');
/** An IPv4 address may be written as an IPv6 one, and is of its own family all the same. */
const isOfIPv4 = (text: string) => !text.includes(':') || mapped.check(unpadded(text), 'ipv6');

/** isValidIPv4 and isValidIPv6 check an address of one family. */
export const isValidIPv4 = (text: string, reader?: Reader) =>
  isValidIP(text, reader).length === 0 && isOfIPv4(text) ? [] : ['must be a valid IPv4 address'];
export const isValidIPv6 = (text: string, reader?: Reader) =>
  isValidIP(text, reader).length === 0 && !isOfIPv4(text) ? [] : ['must be a valid IPv6 address'];

/** isCIDR checks an address block: `10.9.8.0/24`. */
export function isCIDR(text: string, reader?: Reader): string[] {
  const [, ip = '', bits] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  const fine = isValidIP(ip, reader).length === 0 && Number(bits) <= (ip.includes(':') ? 128 : 32);
  return fine ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}

const dots = (text: string): string[] =>
  text === '.'
    ? ["must not be '.'"]
    : text === '..'
      ? ["must not be '..'"]
      : text.startsWith('..')
        ? ["must not start with '..'"]
        : [];

/** isEnvVarName checks the name of an environment variable. */
export const isEnvVarName = (text: string) => [...check(RULES.envVar, text), ...dots(text)];
/** isConfigMapKey checks a key of a ConfigMap or Secret. */
export const isConfigMapKey = (text: string) => [...check(RULES.configKey, text), ...dots(text)];

/** isPathSegmentName checks a name that stands in a URL path. */
export function isPathSegmentName(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter(c => text.includes(c)).map(c => `may not contain '${c}'`);
}
/** isPathSegmentPrefix checks the beginning of a name that stands in a URL path. */
export const isPathSegmentPrefix = (text: string) =>
  ['/', '%'].filter(c => text.includes(c)).map(c => `may not contain '${c}'`);

/** maskTrailingDash makes a generateName prefix checkable as the name it will become. */
export const maskTrailingDash = (name: string) => (/[^-]-$/.test(name) ? `${name.slice(0, -1)}a` : name);
