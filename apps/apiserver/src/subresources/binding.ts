import { Pods, type corev1 } from '@navarch/api';
import { badRequest, conflict, field, Path, StatusError, type FieldError, notFound } from '@navarch/apimachinery';
import type { Clock } from '@navarch/base';
import {
  readObject,
  type RequestContext,
  type Store,
  type SubresourceHandler,
  type ApiServer,
} from '@navarch/apiserver-runtime';
import { subresourceAttributes } from '../admission/subresource-attributes';
import { created } from './answers';
import { setPodCondition } from './pod-condition';

const PRECONDITIONS_SINCE = 22;

export interface BindingParts {
  readonly pods: () => Store<corev1.Pod>;
  readonly admit: ApiServer['admit'];
  readonly emulated: number;
  readonly clock: Clock;
}

/** bindingHandler serves POST pods/binding: the scheduler's decision becomes spec.nodeName. */
export function bindingHandler(parts: BindingParts): SubresourceHandler {
  return async context => {
    const { object: binding } = await readObject<corev1.Binding>(context, {
      apiVersions: ['v1'],
      kind: 'Binding',
      emulated: parts.emulated,
    });
    await bind(parts, context, context.info.name, binding);
    return created(context);
  };
}

/** bind assigns the pod; 409 if it has a node already or is on its way out. */
export async function bind(
  { pods, admit, emulated, clock }: BindingParts,
  context: RequestContext,
  podName: string,
  binding: corev1.Binding,
): Promise<void> {
  const attributes = subresourceAttributes(context, 'CREATE', { group: '', version: 'v1', kind: 'Binding' }, binding);
  const asPod = { resource: { group: '', version: 'v1', resource: 'pods' }, subresource: 'binding', name: podName };
  await admit({ ...attributes, ...asPod }, () => {
    if ((binding.metadata?.name ?? '') !== podName)
      throw badRequest('name in URL does not match name in Binding object');
    checkBinding(binding);
    if (!podName) throw badRequest('Name parameter required.');
  });
  const assign = (pod: corev1.Pod) => {
    if (emulated >= PRECONDITIONS_SINCE) checkPreconditions(pod, binding);
    assignNode(pod, binding, clock.now());
  };
  const { namespace } = context.info;
  if (context.query.getAll('dryRun').includes('All')) {
    const pod = await pods().get(namespace, podName);
    if (!pod) throw notFound({ group: '', resource: 'pods' }, podName);
    return assign(pod);
  }
  await pods().update(namespace, podName, assign);
}

/** checkBinding throws what is wrong with a binding, in upstream's form: findings without code and reason of their own. */
export function checkBinding({ target }: corev1.Binding): void {
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== 'Node')
    errors.push(field.notSupported(Path.at('target', 'kind'), target.kind, ['Node', '<empty>']));
  if (!target?.name) errors.push(field.required(Path.at('target', 'name')));
  const texts = errors.map(error => `${error.field}: ${error.message}`);
  if (texts.length) throw new StatusError(500, '', texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`);
}

/** checkPreconditions throws 409 if the pod is not the one that the binding means. */
export function checkPreconditions({ metadata = {} }: corev1.Pod, binding: corev1.Binding): void {
  const { uid, resourceVersion } = binding.metadata ?? {};
  for (const [what, wanted, present] of [
    ['UID', uid, metadata.uid],
    ['ResourceVersion', resourceVersion, metadata.resourceVersion],
  ] as const) {
    if (!wanted || wanted === present) continue;
    const key = `/registry/pods/${metadata.namespace}/${metadata.name}`;
    const why = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${present}`;
    throw conflict(
      { group: Pods.group, resource: Pods.resource },
      metadata.name!,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
    );
  }
}

/** assignNode writes the node into the pod, with what the binding wants annotated. In place. */
export function assignNode(pod: corev1.Pod, binding: corev1.Binding, nowMs: number): void {
  const name = pod.metadata!.name!;
  const refuse = (why: string) => conflict({ group: Pods.group, resource: 'pods/binding' }, name, why);
  if (pod.metadata!.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec?.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  pod.spec!.nodeName = binding.target.name!;
  const { annotations } = binding.metadata ?? {};
  if (annotations && Object.keys(annotations).length)
    pod.metadata!.annotations = { ...pod.metadata!.annotations, ...annotations };
  setPodCondition(pod, { type: 'PodScheduled', status: 'True' }, nowMs);
}
