import type { networkingv1 } from '@navarch/api';
import {
  field,
  foundIn,
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
import { each, invalidStruct, oneOf } from '../../../shared/errors';
import { validateReference } from '../shared/reference';

const SPEC = Path.at('spec');
const CLASS = 'kubernetes.io/ingress.class';
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDINGS = ['/..', '/.'];
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];

/** Form is in which words an Ingress is checked, and what of it: by the version that the client wrote in, and what was there before. */
interface Form {
  /** beta: the version is one of those before v1, which name fields otherwise. */
  readonly beta: boolean;
  /** anyRule and anySecretName let pass what v1beta1 let pass: the paths of wildcard hosts, and names of secrets. */
  readonly anyRule: boolean;
  readonly anySecretName: boolean;
}

function formOf({ apiVersion }: StrategyContext, old?: networkingv1.Ingress): Form {
  const beta = apiVersion !== 'networking.k8s.io/v1';
  const strict = { beta, anyRule: false, anySecretName: false };
  const { rules = [], tls = [] } = old?.spec ?? {};
  return {
    beta,
    anyRule: beta || rules.some(rule => rule.host?.includes('*') && validatePaths(rule, SPEC, strict).length > 0),
    anySecretName: beta || tls.some(({ secretName }) => secretName && isDNS1123Subdomain(secretName).length > 0),
  };
}

/** validateNewIngress checks a new Ingress, which names its class in one way only; messages name fields as the client's version does. */
export function validateNewIngress(ingress: networkingv1.Ingress, context: StrategyContext): FieldError[] {
  const errors = validateIngress(ingress, formOf(context));
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

/** validateIngressUpdate checks a changed Ingress; what was wrong in the old one and is not looked at in v1beta1 may stay. */
export function validateIngressUpdate(
  ingress: networkingv1.Ingress,
  old: networkingv1.Ingress,
  context: StrategyContext,
): FieldError[] {
  return validateIngress(ingress, formOf(context, old));
}

function validateIngress({ spec = {} }: networkingv1.Ingress, form: Form): FieldError[] {
  const backend = form.beta ? 'backend' : 'defaultBackend';
  const { rules = [], tls = [], defaultBackend, ingressClassName } = spec;
  const errors: FieldError[] = [];
  if (!rules.length && !defaultBackend) {
    const detail = `either \`${backend}\` or \`rules\` must be specified`;
    const go = `[]networking.IngressRule${spec.rules ? '{}' : '(nil)'}`;
    errors.push(invalidStruct(SPEC, go, detail));
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, SPEC.child(backend), form));
  rules.forEach((rule, i) => errors.push(...validateRule(rule, SPEC.child('rules').index(i), form)));
  tls.forEach(({ hosts = [], secretName }, i) => {
    const at = SPEC.child('tls').index(i);
    hosts.forEach((host, j) => errors.push(...each(at.child('hosts').index(j), host, hostProblems(host))));
    if (secretName && !form.anySecretName)
      errors.push(...each(at.child('secretName'), secretName, isDNS1123Subdomain(secretName)));
  });
  if (ingressClassName !== undefined)
    errors.push(...each(SPEC.child('ingressClassName'), ingressClassName, isDNS1123Subdomain(ingressClassName)));
  return errors;
}

const hostProblems = (host: string) =>
  host.includes('*') ? isWildcardDNS1123Subdomain(host) : isDNS1123Subdomain(host);

function validateRule(rule: networkingv1.IngressRule, path: Path, form: Form): FieldError[] {
  const { host } = rule;
  const errors: FieldError[] = [];
  if (host) {
    const at = path.child('host');
    if (isValidIP(host).length === 0) errors.push(field.invalid(at, host, 'must be a DNS name, not an IP address'));
    errors.push(...each(at, host, hostProblems(host)));
  }
  return form.anyRule && host?.includes('*') ? errors : [...errors, ...validatePaths(rule, path, form)];
}

function validatePaths({ http }: networkingv1.IngressRule, path: Path, form: Form): FieldError[] {
  if (!http) return [];
  const paths = path.child('http', 'paths');
  if (!http.paths?.length) return [field.required(paths)];
  return foundIn(http.paths, (p, i) => validatePath(p, paths.index(i), form));
}

function validatePath(
  { path: text = '', pathType, backend }: networkingv1.HTTPIngressPath,
  path: Path,
  form: Form,
): FieldError[] {
  if (typeof pathType !== 'string') return [field.required(path.child('pathType'), 'pathType must be specified')];
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
  return [...errors, ...validateBackend(backend ?? {}, path.child('backend'), form)];
}

function validateBackend({ service, resource }: networkingv1.IngressBackend, path: Path, { beta }: Form): FieldError[] {
  if (service && resource) return [field.invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) return validateReference(resource, path.child('resource'));
  if (!service) return [field.invalid(path, '', 'resource or service backend is required')];
  const { name, port = {} } = service;
  const portPath = (of: 'name' | 'number') => (beta ? path.child('servicePort') : path.child('service', 'port', of));
  const namePath = beta ? path.child('serviceName') : path.child('service', 'name');
  const errors = name ? each(namePath, name, isDNS1035Label(name)) : [field.required(namePath)];
  if (port.name && port.number) errors.push(field.invalid(path, '', 'cannot set both port name & port number'));
  else if (port.name) errors.push(...each(portPath('name'), port.name, isValidPortName(port.name)));
  else if (port.number) errors.push(...each(portPath('number'), port.number, isValidPortNum(port.number)));
  else errors.push(field.required(path, 'port name or number is required'));
  return errors;
}
