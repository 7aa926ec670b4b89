import type { corev1 } from '@navarch/api';
import {
  field,
  foundIn,
  isConfigMapKey,
  isDNS1123Label,
  isDNS1123Subdomain,
  Path,
  type FieldError,
} from '@navarch/apimachinery';
import type { Minor } from '../../../kind';
import { each, invalidStruct } from '../../../shared/errors';
import { goStruct } from '../../../shared/go-struct';

/** CONFIG_UNTIL is the last release whose kubelets take their configuration from the API. */
export const CONFIG_UNTIL: Minor = 21;

/** validateNodeConfig checks where a kubelet is to take its configuration from, and where it says it has. */
export function validateNodeConfig({ spec, status }: corev1.Node): FieldError[] {
  const { assigned, active, lastKnownGood } = status?.config ?? {};
  const at = Path.at('status', 'config');
  return [
    ...validateSource(spec?.configSource, Path.at('spec', 'configSource'), false),
    ...validateSource(assigned, at.child('assigned'), true),
    ...validateSource(active, at.child('active'), true),
    ...validateSource(lastKnownGood, at.child('lastKnownGood'), true),
  ];
}

function validateSource(source: corev1.NodeConfigSource | undefined, path: Path, inStatus: boolean): FieldError[] {
  if (!source) return [];
  const { configMap } = source;
  if (configMap) return validateConfigMap(configMap, path.child('configMap'), inStatus);
  const go = goStruct('core.NodeConfigSource', source);
  return [invalidStruct(path, go, 'exactly one reference subfield must be non-nil')];
}

function validateConfigMap(source: corev1.ConfigMapNodeConfigSource, path: Path, inStatus: boolean): FieldError[] {
  const states = foundIn(['uid', 'resourceVersion'] as const, name => {
    if (inStatus) return source[name] ? [] : [field.required(path.child(name), `${name} must be set in status`)];
    return source[name] ? [field.forbidden(path.child(name), `${name} must not be set in spec`)] : [];
  });
  const check = (name: 'namespace' | 'name' | 'kubeletConfigKey', rule: (text: string) => string[]) => {
    const text = source[name];
    return text ? each(path.child(name), text, rule(text)) : [field.required(path.child(name), `${name} must be set`)];
  };
  return [
    ...states,
    ...check('namespace', isDNS1123Label),
    ...check('name', isDNS1123Subdomain),
    ...check('kubeletConfigKey', isConfigMapKey),
  ];
}
