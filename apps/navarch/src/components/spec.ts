/** HealthProbe is how to ask a component whether it is well: by its own /healthz. */
export interface HealthProbe {
  readonly url: string;
  /** ca verifies an https server; cert and key are the client's, where the server wants one. All are files. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** ComponentSpec is one process of the cluster. */
export interface ComponentSpec {
  /** name is unique in the cluster: 'etcd', 'kube-apiserver', 'worker-1/kubelet'. */
  readonly name: string;
  /** node is the worker inside whose namespaces it runs; on the machine otherwise. */
  readonly node?: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** health is asked over HTTP; a component with none is well while it runs. */
  readonly health?: HealthProbe;
  /** after names the components that have to be well before this one is started for the first time. */
  readonly after: readonly string[];
  /** graceMs is how long it may take to end on SIGTERM before it is killed. */
  readonly graceMs: number;
}
