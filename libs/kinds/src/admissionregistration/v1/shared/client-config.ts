import { field, inclusiveRange, isDNS1123Subdomain, type FieldError, type Path } from '@navarch/apimachinery';
import { each, requireText } from '../../../shared/errors';

/** Service is where a webhook runs inside the cluster. */
export interface Service {
  name?: string;
  namespace?: string;
  port?: number;
  path?: string;
}

/** HTTPS_PORT is where a webhook's service listens unless it says otherwise. */
export const HTTPS_PORT = 443;

/** validateClientConfig checks how a webhook is reached: by URL or by service, one of them. */
export function validateClientConfig({ url, service }: { url?: string; service?: Service }, path: Path): FieldError[] {
  if ((url === undefined) === (service === undefined))
    return [field.required(path, 'exactly one of url or service is required')];
  return url === undefined ? validateService(service!, path.child('service')) : validateURL(url, path.child('url'));
}

function validateURL(text: string, path: Path): FieldError[] {
  const form = 'desired format: https://host[/path]';
  const url = parseUrl(text);
  if (typeof url === 'string') return [field.required(path, `url must be a valid URL: ${url}; ${form}`)];
  const errors: FieldError[] = [];
  const { scheme, host, user, fragment, query } = url;
  if (scheme !== 'https') errors.push(field.invalid(path, scheme, `'https' is the only allowed URL scheme; ${form}`));
  if (!host) errors.push(field.invalid(path, host, `host must be provided; ${form}`));
  if (user) errors.push(field.invalid(path, user, 'user information is not permitted in the URL'));
  if (fragment) errors.push(field.invalid(path, fragment, 'fragments are not permitted in the URL'));
  if (query) errors.push(field.invalid(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

/** parseUrl takes an address apart; a text tells why it is none. A relative one has neither scheme nor host. */
function parseUrl(text: string) {
  const failed = (why: string) => `parse ${JSON.stringify(text)}: ${why}`;
  if (/[\u0000-\u001f\u007f]/.test(text)) return failed('net/url: invalid control character in URL');
  const [, before = '', fragment = ''] = /^([^#]*)#?(.*)$/s.exec(text)!;
  const [, plain = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(before)!;
  if (plain.startsWith(':')) return failed('missing protocol scheme');
  const [head = '', scheme = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(plain) ?? [];
  const rest = plain.slice(head.length);
  if (!head && rest.split('/')[0]!.includes(':')) return failed('first path segment in URL cannot contain colon');
  const authority = rest.startsWith('//') ? rest.slice(2).split('/')[0]! : '';
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const odd = /[ "<>\\^`{|}]/.exec(host);
  if (odd) return failed(`invalid character ${JSON.stringify(odd[0])} in host name`);
  const port = /:([^\]]*)$/.exec(host)?.[1] ?? '';
  if (!/^\d*$/.test(port)) return failed(`invalid port ${JSON.stringify(`:${port}`)} after host`);
  return { scheme: scheme.toLowerCase(), host, user: at < 0 ? '' : authority.slice(0, at), fragment, query };
}

function validateService({ name, namespace, port = HTTPS_PORT, path: urlPath }: Service, path: Path): FieldError[] {
  // Name and namespace stand for one another in what is told.
  const errors = [
    ...requireText(path.child('name'), namespace, 'service name is required'),
    ...requireText(path.child('namespace'), name, 'service namespace is required'),
  ];
  if (port < 1 || port > 65535)
    errors.push(field.invalid(path.child('port'), port, `port is not valid: ${inclusiveRange(1, 65535)}`));
  if (urlPath === undefined || urlPath === '/' || urlPath === '') return errors;
  const at = path.child('path');
  if (!urlPath.startsWith('/')) errors.push(field.invalid(at, urlPath, "must start with a '/'"));
  const segments = urlPath.slice(1).replace(/\/$/, '').split('/');
  segments.forEach((segment, i) => {
    if (!segment) errors.push(field.invalid(at, urlPath, `segment[${i}] may not be empty`));
    else
      errors.push(
        ...each(
          at,
          urlPath,
          isDNS1123Subdomain(segment).map(text => `segment[${i}]: ${text}`),
        ),
      );
  });
  return errors;
}
