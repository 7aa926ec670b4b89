import { field, isDNS1123Subdomain, regexError, type FieldError, type Path } from '@navarch/apimachinery';
import { each } from './errors';

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** validateDomainPath checks a name that begins with a domain: `acme.io/foo`. */
export function validateDomainPath(text: string, path: Path): FieldError[] {
  if (!text) return [field.required(path)];
  const [domain = '', ...rest] = text.split('/');
  const name = rest.join('/');
  if (!domain || !name) {
    return [field.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const odd = new RegExp(`^${HTTP_PATH}$`).test(name) ? [] : [regexError('Invalid path', HTTP_PATH)];
  return [...each(path, domain, isDNS1123Subdomain(domain)), ...each(path, name, odd)];
}
