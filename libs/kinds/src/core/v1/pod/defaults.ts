import type { corev1 } from '@navarch/api';
import { merged } from '@navarch/base';
import type { Minor } from '../../../kind';
import { defaultContainer } from './container-defaults';
import { defaultHostPorts, defaultTemplatePorts } from './host-ports';
import { defaultVolume } from './volume-defaults';

/** defaultPodSpec completes what the specs of pods and pod templates have in common, in place. */
function defaultPodSpec(spec: corev1.PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.restartPolicy ||= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  // The older name and the newer one are one field; the newer one wins.
  if (spec.serviceAccountName || spec.serviceAccount) {
    spec.serviceAccountName ||= spec.serviceAccount;
    spec.serviceAccount = spec.serviceAccountName;
  }
  spec.volumes?.forEach(defaultVolume);
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  containers.forEach(defaultContainer);
}

/** defaultTemplate completes a pod template, in place. */
export function defaultTemplate(template: corev1.PodTemplateSpec, emulated: Minor): void {
  template.spec ??= {} as corev1.PodSpec;
  defaultPodSpec(template.spec);
  defaultTemplatePorts(template.spec, emulated);
}

/** defaultPod completes a pod, in place: besides its spec what templates leave open. */
export function defaultPod(pod: corev1.Pod, emulated: Minor): void {
  const spec = (pod.spec ??= {} as corev1.PodSpec);
  defaultPodSpec(spec);
  defaultHostPorts(spec);
  spec.enableServiceLinks ??= true;
  for (const { resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) defaultRequests(resources);
  if (emulated >= 34 && spec.resources) defaultRequests(spec.resources);
  if (pod.status) normalizeAddresses(pod.status);
}

/** The older field is the first of the newer list; where they differ, the writer knew the older one only. In place. */
function normalizeAddresses(status: corev1.PodStatus): void {
  const { podIP, podIPs } = status;
  if (podIP && podIPs?.[0]?.ip !== podIP) status.podIPs = [{ ip: podIP }];
  else if (!podIP && podIPs?.[0]?.ip) status.podIP = podIPs[0].ip;
}

/** A resource with a limit and no request requests its limit. */
function defaultRequests(resources: corev1.ResourceRequirements | undefined): void {
  if (!resources?.limits) return;
  const requests = merged(resources.limits, resources.requests ?? {});
  if (Object.keys(requests).length) resources.requests = requests;
}
