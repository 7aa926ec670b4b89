/** NAMESPACES is over how many namespaces the pods are spread. */
export const NAMESPACES = 20;
export const namespaceOf = (i: number): string => `bench-${i % NAMESPACES}`;
export const podName = (i: number): string => `pod-${String(i).padStart(7, '0')}`;

/** podBody is what a controller sends for a pod: stored with its defaults and field owners it has about 2.3 KB. */
export function podBody(i: number, name = podName(i)): Buffer {
  return Buffer.from(
    JSON.stringify({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: {
        name,
        namespace: namespaceOf(i),
        labels: { app: `app-${i % 50}`, 'pod-template-hash': `7d9c5b${i % 100}` },
      },
      spec: {
        // Of no scheduler: on a whole cluster nobody places them, and nobody collects them for want of their node.
        schedulerName: 'bench',
        automountServiceAccountToken: false,
        containers: [
          {
            name: 'web',
            image: 'registry.example/web:1.4.2',
            ports: [{ name: 'http', containerPort: 8080 }],
            resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
          },
        ],
      },
    }),
  );
}

/** statusPatch is what a kubelet sends when a pod runs; `round` makes each a change. */
export function statusPatch(round: number): Buffer {
  const at = new Date(1_700_000_000_000 + round * 1000).toISOString().replace(/\.\d+/, '');
  return Buffer.from(
    JSON.stringify({
      status: {
        phase: 'Running',
        hostIP: '10.0.0.1',
        podIP: '10.244.0.7',
        startTime: at,
        conditions: [{ type: 'Ready', status: round % 2 ? 'True' : 'False', lastTransitionTime: at }],
      },
    }),
  );
}
