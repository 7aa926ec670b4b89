import type { corev1 } from '@navarch/api';
import { field, isHTTPHeaderName, type FieldError, type Path } from '@navarch/apimachinery';
import { each, nonNegative, oneOf } from '../../../../shared/errors';
import { validatePort, validatePortNumOrName } from '../../../../shared/int-or-percent';

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
    ...only('sleep', sleep, at => nonNegative(at.child('seconds'), sleep!.seconds)),
  ];
  return found ? errors : [...errors, field.required(path, 'must specify a handler type')];
}

function validateHTTPGet(action: corev1.HTTPGetAction, path: Path): FieldError[] {
  return [
    ...(action.path ? [] : [field.required(path.child('path'))]),
    ...validatePortNumOrName(action.port, path.child('port')),
    ...oneOf(path.child('scheme'), action.scheme, ['HTTP', 'HTTPS']),
    ...(action.httpHeaders ?? []).flatMap(({ name }) => each(path.child('httpHeaders'), name, isHTTPHeaderName(name))),
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

/** validateLifecycle checks the hooks of a container. */
export function validateLifecycle(lifecycle: corev1.Lifecycle | undefined, path: Path): FieldError[] {
  return [
    ...(lifecycle?.postStart ? validateHandler(lifecycle.postStart, path.child('postStart')) : []),
    ...(lifecycle?.preStop ? validateHandler(lifecycle.preStop, path.child('preStop')) : []),
  ];
}
