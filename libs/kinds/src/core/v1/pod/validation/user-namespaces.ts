import type { corev1 } from '@navarch/api';
import { field, foundIn, type FieldError, type Path } from '@navarch/apimachinery';
import type { Release } from '../../../../shared/errors';
import { findInContainers } from './visit';

/** SINCE is the first release that has user namespaces by default. */
const SINCE = 33;

/** validateUserNamespace: a pod with users of its own shares no namespace with its host; only such a pod sees all of /proc. */
export function validateUserNamespace(spec: corev1.PodSpec, path: Path, { emulated }: Release): FieldError[] {
  if (emulated < SINCE) return [];
  if (spec.hostUsers === false) {
    const shared: [string, boolean | undefined][] = [
      ['hostNetwork', spec.hostNetwork],
      ['HostPID', spec.hostPID],
      ['HostIPC', spec.hostIPC],
    ];
    return foundIn(shared, ([name, shares]) =>
      shares ? [field.forbidden(path.child(name), 'when `pod.Spec.HostUsers` is false')] : [],
    );
  }
  return findInContainers(spec, path, ({ securityContext }, at) =>
    securityContext?.procMount === 'Unmasked'
      ? [
          field.invalid(
            at.child('securityContext', 'procMount'),
            'Unmasked',
            '`hostUsers` must be false to use `Unmasked`',
          ),
        ]
      : [],
  );
}
