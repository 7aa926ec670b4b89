import { canonicalTime, type corev1 } from '@navarch/api';
import { badRequest, field, Path, type FieldError } from '@navarch/apimachinery';
import { checkAccepts, parseInteger, type Store, type SubresourceHandler } from '@navarch/apiserver-runtime';
import { unreachable, type KubeletConnection } from '../kubelet/kubelet-connection';
import { containerOf, findPod } from '../kubelet/pod-target';
import { relay } from '../kubelet/stream-body';
import { askBackend } from '../proxy/ask-backend';
import { NO_BODY } from '../proxy/passed-body';
import { kubeletFailure } from './kubelet-failure';

/** podLogHandler serves GET pods/log from the kubelet's /containerLogs, followed or not. */
export function podLogHandler(pods: () => Store<corev1.Pod>, kubelets: KubeletConnection): SubresourceHandler {
  return async context => {
    const { namespace, name } = context.info;
    checkAccepts(context.request.headers.accept, 'text/plain');
    const errors = checkLogOptions(context.query);
    if (errors.length) throw field.invalidObject({ group: '', kind: 'PodLogOptions' }, name, errors);
    const pod = await findPod(pods(), namespace, name);
    const container = containerOf(pod, context.query.get('container'), false);
    if (!pod.spec?.nodeName) return { status: 204, headers: NOT_CACHED, body: Buffer.alloc(0) };
    const address = await kubelets.addressOf(pod.spec.nodeName);
    const path = `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}${logQuery(context.query)}`;
    const ask = () => kubelets.open(address, { method: 'GET', path });
    const response = await askBackend(ask, NO_BODY, context.request.signal).catch((error: unknown) => {
      throw unreachable(error);
    });
    if ((response.statusCode ?? 502) < 300) return relay(response);
    throw await kubeletFailure(response, { group: '', resource: 'pods/log' }, name);
  };
}

const NOT_CACHED = { 'cache-control': 'no-cache, private' };

const PASSED_ON = [
  'follow',
  'previous',
  'timestamps',
  'sinceSeconds',
  'sinceTime',
  'tailLines',
  'limitBytes',
  'stream',
];

function logQuery(query: URLSearchParams): string {
  const passed = new URLSearchParams();
  for (const name of PASSED_ON) {
    const value = query.get(name);
    if (value !== null && value !== '') passed.set(name, value);
  }
  return passed.size ? `?${passed.toString()}` : '';
}

/** checkLogOptions validates a log request's parameters as PodLogOptions. Pure, but for the 400 of what is no number. */
export function checkLogOptions(query: URLSearchParams): FieldError[] {
  const errors: FieldError[] = [];
  const tailLines = integer(query, 'tailLines');
  const limitBytes = integer(query, 'limitBytes');
  const sinceSeconds = integer(query, 'sinceSeconds');
  checkTime(query.get('sinceTime'));
  if (tailLines !== undefined && tailLines < 0)
    errors.push(field.invalid(Path.at('tailLines'), tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(field.invalid(Path.at('limitBytes'), limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && query.get('sinceTime')) {
    errors.push({
      reason: 'FieldValueForbidden',
      field: '[]',
      message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    });
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(field.invalid(Path.at('sinceSeconds'), sinceSeconds, 'must be greater than 0'));
  }
  return errors;
}

/** checkTime throws 400 for what is no moment; nothing and `null` are none at all. */
function checkTime(text: string | null): void {
  if (!text || text === 'null') return;
  try {
    canonicalTime(text);
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  return parseInteger(value);
}
