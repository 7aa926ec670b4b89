import type { corev1 } from '@navarch/api';
import { field, foundIn, isHTTPHeaderName, type FieldError, type Path } from '@navarch/apimachinery';
import { each, nonNegative, oneOf } from '../../../../shared/errors';
import { validatePort, validatePortNumOrName } from '../../../../shared/int-or-percent';
import { findInContainers } from './visit';

type Handler = Pick<corev1.Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & { sleep?: corev1.SleepAction };

/** validateHandler wants exactly one way to act. */
export function validateHandler(handler: Handler, path: Path): FieldError[] {
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  let found = 0;
  const only = (name: string, present: unknown, check: (at: Path) => FieldError[]): FieldError[] => {
    if (!present) return [];
    return found++
      ? [field.forbidden(path.child(name), 'may not specify more than 1 handler type')]
      : check(path.child(name));
  };
  const errors = [
    ...only('exec', exec, at => (exec!.command?.length ? [] : [field.required(at.child('command'))])),
    ...only('httpGet', httpGet, at => validateHTTPGet(httpGet!, at)),
    ...only('tcpSocket', tcpSocket, at => validatePortNumOrName(tcpSocket!.port, at.child('port'))),
    ...only('grpc', grpc, at => validatePort(grpc!.port, at.child('port'))),
    ...only('sleep', sleep, () => []),
  ];
  return found ? errors : [...errors, field.required(path, 'must specify a handler type')];
}

function validateHTTPGet(action: corev1.HTTPGetAction, path: Path): FieldError[] {
  return [
    ...(action.path ? [] : [field.required(path.child('path'))]),
    ...validatePortNumOrName(action.port, path.child('port')),
    ...oneOf(path.child('scheme'), action.scheme, ['HTTP', 'HTTPS']),
    ...foundIn(action.httpHeaders, ({ name }) => each(path.child('httpHeaders'), name, isHTTPHeaderName(name))),
  ];
}

/** validateProbe checks a probe; `once`: one success has to be enough (liveness, startup). */
export function validateProbe(probe: corev1.Probe | undefined, path: Path, once: boolean): FieldError[] {
  if (!probe) return [];
  const errors = validateHandler(probe, path);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...nonNegative(path.child(name), probe[name]));
  }
  if (once && (probe.successThreshold ?? 0) !== 1)
    errors.push(field.invalid(path.child('successThreshold'), probe.successThreshold ?? 0, 'must be 1'));
  if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0) {
    errors.push(
      field.invalid(
        path.child('terminationGracePeriodSeconds'),
        probe.terminationGracePeriodSeconds,
        'must be greater than 0',
      ),
    );
  }
  return errors;
}

/** validateSleeps: a hook that sleeps is over before the pod has to be. */
export function validateSleeps(spec: corev1.PodSpec, path: Path): FieldError[] {
  const { terminationGracePeriodSeconds: grace } = spec;
  if (typeof grace !== 'number') return [];
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${grace})`;
  return findInContainers(spec, path, ({ lifecycle }, at) =>
    foundIn(['postStart', 'preStop'] as const, hook => {
      const seconds = lifecycle?.[hook]?.sleep?.seconds ?? 0;
      const fits = seconds >= 0 && seconds <= Math.max(grace, 0);
      return fits ? [] : [field.invalid(at.child('lifecycle', hook, 'sleep'), seconds, why)];
    }),
  );
}

/** validateLifecycle checks the hooks of a container. */
export function validateLifecycle(lifecycle: corev1.Lifecycle | undefined, path: Path): FieldError[] {
  return [
    ...(lifecycle?.postStart ? validateHandler(lifecycle.postStart, path.child('postStart')) : []),
    ...(lifecycle?.preStop ? validateHandler(lifecycle.preStop, path.child('preStop')) : []),
  ];
}
