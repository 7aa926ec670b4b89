import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isConfigMapKey,
  isDNS1123Subdomain,
  isEnvVarName,
  type FieldError,
  type Path,
} from '@navarch/apimachinery';
import { each, type Release } from '../../../../shared/errors';
import { envFields, validateFieldRef, validateResourceFieldRef } from './downward-api';

/** isEnvName checks a variable's name: any printable text without `=` since 1.32, identifiers with dots and dashes before. */
function isEnvName(name: string, { emulated }: Release): string[] {
  if (emulated < 32) return isEnvVarName(name);
  const fine = [...name].every(c => c >= ' ' && c <= '~' && c !== '=');
  return fine
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** validateEnv checks the environment variables of a container. */
export function validateEnv(env: readonly corev1.EnvVar[] | undefined, path: Path, release: Release): FieldError[] {
  return foundIn(env, (variable, i) => {
    const at = path.index(i);
    const name = variable.name
      ? each(at.child('name'), variable.name, isEnvName(variable.name, release))
      : [field.required(at.child('name'))];
    return [...name, ...validateValueFrom(variable, at.child('valueFrom'), release)];
  });
}

function validateValueFrom({ value, valueFrom }: corev1.EnvVar, path: Path, release: Release): FieldError[] {
  if (!valueFrom) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const errors = [
    ...(fieldRef ? validateFieldRef(fieldRef, envFields(release), path.child('fieldRef')) : []),
    ...(resourceFieldRef
      ? validateResourceFieldRef(resourceFieldRef, path.child('resourceFieldRef'), false, release)
      : []),
    ...(configMapKeyRef ? validateKeyRef(configMapKeyRef, path.child('configMapKeyRef')) : []),
    ...(secretKeyRef ? validateKeyRef(secretKeyRef, path.child('secretKeyRef')) : []),
  ];
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef].filter(Boolean).length;
  if (sources === 0) {
    errors.push(
      field.invalid(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ),
    );
  } else if (value) {
    errors.push(field.invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) {
    errors.push(field.invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateKeyRef({ name = '', key }: { name?: string; key: string }, path: Path): FieldError[] {
  const keyErrors = key ? each(path.child('key'), key, isConfigMapKey(key)) : [field.required(path.child('key'))];
  return [...each(path.child('name'), name, isDNS1123Subdomain(name)), ...keyErrors];
}

/** validateEnvFrom checks the sources of whole sets of variables. */
export function validateEnvFrom(
  sources: readonly corev1.EnvFromSource[] | undefined,
  path: Path,
  release: Release,
): FieldError[] {
  return foundIn(sources, (source, i) => {
    const { prefix, configMapRef, secretRef } = source;
    const at = path.index(i);
    const errors = prefix ? each(at.child('prefix'), prefix, isEnvName(prefix, release)) : [];
    if (configMapRef) errors.push(...validateRef(configMapRef, at.child('configMapRef')));
    if (secretRef) errors.push(...validateRef(secretRef, at.child('secretRef')));
    if (!configMapRef && !secretRef)
      errors.push(field.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef && secretRef)
      errors.push(field.invalid(path, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}

function validateRef({ name }: { name?: string }, path: Path): FieldError[] {
  return name ? each(path.child('name'), name, isDNS1123Subdomain(name)) : [field.required(path.child('name'))];
}
