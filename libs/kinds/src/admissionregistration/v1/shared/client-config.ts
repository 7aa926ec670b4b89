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
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return [field.required(path, `url must be a valid URL: ${text}; ${form}`)];
  }
  const errors: FieldError[] = [];
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'https') errors.push(field.invalid(path, scheme, `'https' is the only allowed URL scheme; ${form}`));
  if (!url.host) errors.push(field.invalid(path, url.host, `host must be specified; ${form}`));
  const user = [url.username, url.password].filter(Boolean).join(':');
  if (user) errors.push(field.invalid(path, user, 'user information is not permitted in the URL'));
  if (url.hash) errors.push(field.invalid(path, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search)
    errors.push(field.invalid(path, url.search.slice(1), 'query parameters are not permitted in the URL'));
  return errors;
}

function validateService({ name, namespace, port = HTTPS_PORT, path: urlPath }: Service, path: Path): FieldError[] {
  const errors = [
    ...requireText(path.child('name'), name, 'service name is required'),
    ...requireText(path.child('namespace'), namespace, 'service namespace is required'),
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
