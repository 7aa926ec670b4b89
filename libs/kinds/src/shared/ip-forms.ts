import { isCIDR, isMapped, isValidIP, parseIP, showIP, type Path } from '@navarch/apimachinery';

/** FORMS is the first release that warns of addresses which are not written as they should be. */
export const FORMS = 33;

/** ipWarnings warn of a valid address that has another form than the usual one. */
export function ipWarnings(text: string, path: Path): string[] {
  if (isValidIP(text, { emulated: FORMS }).length) return [];
  const address = parseIP(text);
  const usual = showIP(address);
  if (isMapped(address) || isPadded(text)) return [outdated(path, 'IP address', text, usual)];
  return text === usual ? [] : [canonical(path, 'IPv6 address', text, usual)];
}

/** cidrWarnings do the same for a block of addresses; one that names an address within the block may mean something else. */
export function cidrWarnings(text: string, path: Path): string[] {
  if (isCIDR(text, { emulated: FORMS }).length) return [];
  const [ip = '', length = ''] = text.split('/');
  const address = parseIP(ip);
  const rest = BigInt(address.bits - Number(length));
  const network = { ...address, value: (address.value >> rest) << rest };
  const usual = `${showIP(network)}/${Number(length) - (isMapped(address) ? 96 : 0)}`;
  const warnings: string[] = [];
  if (network.value !== address.value) {
    const single = `${showIP(address)}/${isMapped(address) ? 32 : address.bits}`;
    warnings.push(
      `${path.toString()}: CIDR value ${JSON.stringify(text)} is ambiguous in this context (should be ${JSON.stringify(usual)} or ${JSON.stringify(single)}?)`,
    );
  }
  if (isMapped(address) || isPadded(ip) || isPadded(`.${length}`))
    warnings.push(outdated(path, 'CIDR value', text, usual));
  return warnings.length || text === usual ? warnings : [canonical(path, 'IPv6 CIDR value', text, usual)];
}

/** strictIP says what is wrong with an address of a field that takes the usual form only. */
export function strictIP(text: string): string[] {
  const problems = isValidIP(text, { emulated: FORMS });
  if (problems.length) return problems;
  if (isPadded(text)) return ['must not have leading 0s'];
  const address = parseIP(text);
  if (isMapped(address)) return ['must not be an IPv4-mapped IPv6 address'];
  return inForm(text, showIP(address));
}

/** strictCIDR says what is wrong with a block of such a field. */
export function strictCIDR(text: string): string[] {
  const problems = isCIDR(text, { emulated: FORMS });
  if (problems.length) return problems;
  const [ip = '', length = ''] = text.split('/');
  if (isPadded(ip) || isPadded(`.${length}`)) return ['must not have leading 0s in IP or prefix length'];
  const address = parseIP(ip);
  if (isMapped(address)) return ['must not have an IPv4-mapped IPv6 address'];
  const rest = BigInt(address.bits - Number(length));
  if ((address.value >> rest) << rest !== address.value) return ['must not have bits set beyond the prefix length'];
  return inForm(text, `${showIP(address)}/${length}`);
}

const inForm = (text: string, usual: string) =>
  text === usual ? [] : [`must be in canonical form (${JSON.stringify(usual)})`];
/** isPadded: one of the dotted numbers begins with a zero. */
const isPadded = (text: string) => text.includes('.') && /(^|\.)0\d/.test(text.slice(text.lastIndexOf(':') + 1));

const outdated = (path: Path, what: string, text: string, usual: string) =>
  `${path.toString()}: non-standard ${what} ${JSON.stringify(text)} will be considered invalid in a future Kubernetes release: use ${JSON.stringify(usual)}`;
const canonical = (path: Path, what: string, text: string, usual: string) =>
  `${path.toString()}: ${what} ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(usual)})`;
