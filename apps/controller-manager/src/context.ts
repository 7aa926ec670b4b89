import type { Clock, Logger, Registry } from '@navarch/base';
import type { EventRecorder, InformerFactory, KubeClient } from '@navarch/client';
import type { ControllerOptions, Runnable } from '@navarch/controller-runtime';
import type { Release } from './shared/release';

/** ManagerSettings are the settings that controllers ask for; from the flags of the same names. */
export interface ManagerSettings {
  /** clusterCidr is the pod network, `10.244.0.0/16`; '' if no controller is to hand out pod ranges. */
  readonly clusterCidr: string;
  readonly allocateNodeCidrs: boolean;
  readonly nodeCidrMaskSize: number;
  /** rootCa is the PEM that pods verify the API server with; '' publishes none. */
  readonly rootCa: string;
  /** signingCert and signingKey (PEM) sign certificate requests; '' signs none. */
  readonly signingCert: string;
  readonly signingKey: string;
  readonly signingDurationMs: number;
  /** serviceAccountKey (PEM) signs legacy token secrets; '' issues none. */
  readonly serviceAccountKey: string;
  readonly nodeMonitorGracePeriodMs: number;
  readonly nodeMonitorPeriodMs: number;
  readonly terminatedPodGcThreshold: number;
  readonly concurrentSyncs: number;
}

/** ControllerContext is what a controller gets to live on. `client` acts as the controller's own service account. */
export interface ControllerContext {
  readonly client: KubeClient;
  readonly informers: InformerFactory;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly settings: ManagerSettings;
  /** release is what the server behaves as, and controllers with it; rejects while the server cannot be asked. */
  release(): Promise<Release>;
}

/** ControllerDefinition is one entry of the registry. */
export interface ControllerDefinition {
  /** name is what `--controllers` calls it. */
  readonly name: string;
  /** alias is its name before 1.28. */
  readonly alias: string;
  /** serviceAccount in kube-system whose rights it has: those of ClusterRole `system:controller:<serviceAccount>`; '': the process itself. */
  readonly serviceAccount: string;
  /** source of its events; the name unless given. */
  readonly eventSource?: string;
  /** start makes the controller: informers are asked for here, work begins when the runnables run. */
  start(context: ControllerContext): readonly Runnable[];
}

/** standard are the options that every Controller takes from the context. */
export function standard({
  clock,
  log,
  metrics,
}: ControllerContext): Pick<ControllerOptions, 'clock' | 'log' | 'metrics'> {
  return { clock, log, metrics };
}
