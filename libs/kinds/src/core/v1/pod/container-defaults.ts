import type { corev1 } from '@navarch/api';
import { defaultResourceList } from '../../../shared/resource-list';

/** defaultContainer completes a container of any sort, in place. */
export function defaultContainer(container: corev1.Container | corev1.EphemeralContainer): void {
  container.imagePullPolicy ||= isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent';
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  defaultResourceList(container.resources?.limits);
  defaultResourceList(container.resources?.requests);
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe);
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) defaultHTTPGet(hook?.httpGet);
}

function defaultProbe(probe: corev1.Probe | undefined): void {
  if (!probe) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHTTPGet(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= '';
}

function defaultHTTPGet(action: corev1.HTTPGetAction | undefined): void {
  if (!action) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

const HOST = String.raw`(?:[a-zA-Z\d]|[a-zA-Z\d][a-zA-Z\d-]*[a-zA-Z\d])`;
const PART = String.raw`[a-z\d]+(?:(?:[._]|__|-*)[a-z\d]+)*`;
const DIGEST = String.raw`sha256:[a-f\d]{64}|sha384:[a-f\d]{96}|sha512:[a-f\d]{128}`;
const REFERENCE = new RegExp(
  String.raw`^((?:${HOST}(?:\.${HOST})*(?::\d+)?/)?${PART}(?:/${PART})*)(?::([\w][\w.-]{0,127}))?(?:@(${DIGEST}))?$`,
);
const IDENTIFIER = /^[a-f\d]{64}$/;
const MAX_REFERENCE = 255;

/** isLatest: the image has the tag `latest`, or neither tag nor digest. `host:5000/app` has a port, no tag. What is no name of an image has no tag. */
export function isLatest(image: string): boolean {
  if (image.endsWith(':latest') || !/[:@]/.test(image.slice(image.lastIndexOf('/') + 1)) || image.includes('@')) {
    const [, name = '', tag, digest] = REFERENCE.exec(normalized(image)) ?? [];
    return name !== '' && name.length <= MAX_REFERENCE && (tag === 'latest' || (tag === undefined && !digest));
  }
  return false;
}

/** normalized puts the hub that is meant before names without a host; what stands for an image's id stays. */
function normalized(image: string): string {
  if (IDENTIFIER.test(image)) return '';
  const slash = image.indexOf('/');
  const first = image.slice(0, Math.max(slash, 0));
  const hosted = slash >= 0 && (/[.:]/.test(first) || first === 'localhost');
  if (hosted && first !== 'index.docker.io' && first !== 'docker.io') return image;
  const rest = hosted ? image.slice(slash + 1) : image;
  return `docker.io/${rest.includes('/') ? '' : 'library/'}${rest}`;
}
