import type { networkingv1 } from '@navarch/api';
import {
  field,
  isDNS1035Label,
  isDNS1123Subdomain,
  isValidIP,
  isValidPortName,
  isValidPortNum,
  isWildcardDNS1123Subdomain,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import type { StrategyContext } from '../../../kind';
import { each, invalidStruct, oneOf, requireText } from '../../../shared/errors';

const SPEC = Path.at('spec');
const CLASS = 'kubernetes.io/ingress.class';
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDINGS = ['/..', '/.'];
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** validateIngress checks an Ingress; messages name the fields as the client's version does. */
export function validateIngress({ spec = {} }: networkingv1.Ingress, context: StrategyContext): FieldError[] {
  const backend = context.apiVersion === 'networking.k8s.io/v1' ? 'defaultBackend' : 'backend';
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec;
  const errors: FieldError[] = [];
  if (!rules.length && !defaultBackend) {
    const detail = `either \`${backend}\` or \`rules\` must be specified`;
    errors.push(invalidStruct(SPEC, spec.rules ?? null, '[]networking.IngressRule(nil)', detail, context));
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, SPEC.child(backend)));
  rules.forEach((rule, i) => errors.push(...validateRule(rule, SPEC.child('rules').index(i))));
  tls.forEach(({ hosts = [], secretName }, i) => {
    const at = SPEC.child('tls').index(i);
    hosts.forEach((host, j) => errors.push(...each(at.child('hosts').index(j), host, hostProblems(host))));
    if (secretName && context.emulated >= 22)
      errors.push(...each(at.child('secretName'), secretName, isDNS1123Subdomain(secretName)));
  });
  if (ingressClassName !== undefined)
    errors.push(...each(SPEC.child('ingressClassName'), ingressClassName, isDNS1123Subdomain(ingressClassName)));
  return errors;
}

/** validateNewIngress adds that a new Ingress names its class in one way only. */
export function validateNewIngress(ingress: networkingv1.Ingress, context: StrategyContext): FieldError[] {
  const errors = validateIngress(ingress, context);
  const annotation = ingress.metadata?.annotations?.[CLASS];
  const name = ingress.spec?.ingressClassName;
  // Since 1.22 both may be given as long as they agree.
  if (annotation === undefined || name === undefined || (context.emulated >= 27 && annotation === name)) return errors;
  const detail =
    context.emulated >= 27
      ? 'must match `ingressClassName` when both are specified'
      : 'can not be set when the class field is also set';
  return [...errors, field.invalid(Path.at('annotations', CLASS), annotation, detail)];
}

const hostProblems = (host: string) =>
  host.includes('*') ? isWildcardDNS1123Subdomain(host) : isDNS1123Subdomain(host);

function validateRule({ host, http }: networkingv1.IngressRule, path: Path): FieldError[] {
  const errors: FieldError[] = [];
  if (host) {
    const at = path.child('host');
    if (isValidIP(host).length === 0) errors.push(field.invalid(at, host, 'must be a DNS name, not an IP address'));
    else errors.push(...each(at, host, hostProblems(host)));
  }
  if (!http) return errors;
  const paths = path.child('http', 'paths');
  if (!http.paths?.length) return [...errors, field.required(paths)];
  return [...errors, ...http.paths.flatMap((p, i) => validatePath(p, paths.index(i)))];
}

function validatePath({ path: text = '', pathType, backend }: networkingv1.HTTPIngressPath, path: Path): FieldError[] {
  if (!pathType) return [field.required(path.child('pathType'), 'pathType must be specified')];
  const at = path.child('path');
  const errors = oneOf(path.child('pathType'), pathType, PATH_TYPES);
  if (pathType === 'ImplementationSpecific') {
    if (text && !text.startsWith('/')) errors.push(field.invalid(at, text, 'must be an absolute path'));
  } else if (!errors.length) {
    if (!text.startsWith('/')) errors.push(field.invalid(at, text, 'must be an absolute path'));
    for (const bad of BAD_SEQUENCES)
      if (text.includes(bad)) errors.push(field.invalid(at, text, `must not contain '${bad}'`));
    for (const bad of BAD_ENDINGS)
      if (text.endsWith(bad)) errors.push(field.invalid(at, text, `cannot end with '${bad}'`));
  }
  return [...errors, ...validateBackend(backend ?? {}, path.child('backend'))];
}

function validateBackend({ service, resource }: networkingv1.IngressBackend, path: Path): FieldError[] {
  if (service && resource) return [field.invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) {
    return [
      ...requireText(path.child('resource', 'kind'), resource.kind),
      ...requireText(path.child('resource', 'name'), resource.name),
    ];
  }
  if (!service) return [field.invalid(path, '', 'resource or service backend is required')];
  const { name, port = {} } = service;
  const errors = name
    ? each(path.child('service', 'name'), name, isDNS1035Label(name))
    : [field.required(path.child('service', 'name'))];
  if (port.name && port.number) errors.push(field.invalid(path, '', 'cannot set both port name & port number'));
  else if (port.name)
    errors.push(...each(path.child('service', 'port', 'name'), port.name, isValidPortName(port.name)));
  else if (port.number)
    errors.push(...each(path.child('service', 'port', 'number'), port.number, isValidPortNum(port.number)));
  else errors.push(field.required(path, 'port name or number is required'));
  return errors;
}
