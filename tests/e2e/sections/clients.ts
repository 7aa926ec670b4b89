import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as k8s from '@kubernetes/client-node';
import { Writable } from 'node:stream';
import type { E2eCluster } from '../e2e-cluster';

/** clientsSection: the official JavaScript client against the cluster. */
export function clientsSection(cluster: E2eCluster): void {
  describe('the official JavaScript client', () => {
    let ns: string;
    let config: k8s.KubeConfig;
    beforeAll(async () => {
      ns = await cluster.namespace('js');
      await cluster.apply('client-pod.yaml', ns);
      await cluster.waitReady(ns, ['pod/client']);
      config = new k8s.KubeConfig();
      config.loadFromFile(cluster.kubeconfig);
    });
    afterAll(() => cluster.kubectl(['delete', 'ns', ns, '--wait=false']));

    test('lists', async () => {
      const { items } = await config.makeApiClient(k8s.CoreV1Api).listNamespacedPod({ namespace: ns });
      expect(items.map(pod => pod.metadata?.name)).toEqual(['client']);
    });

    test('watches', async () => {
      const seen: string[] = [];
      const controller = await new Promise<AbortController>((resolve, reject) => {
        const watching = new k8s.Watch(config).watch(
          `/api/v1/namespaces/${ns}/configmaps`,
          {},
          (type: string, object: k8s.V1ConfigMap) => {
            seen.push(`${type} ${object.metadata?.name ?? ''}`);
            if (seen.includes('DELETED watched')) void watching.then(resolve);
          },
          error => reject(error instanceof Error ? error : new Error('the watch ended early')),
        );
        watching
          .then(async () => {
            const api = config.makeApiClient(k8s.CoreV1Api);
            await api.createNamespacedConfigMap({ namespace: ns, body: { metadata: { name: 'watched' } } });
            await api.deleteNamespacedConfigMap({ namespace: ns, name: 'watched' });
          })
          .catch(reject);
      });
      controller.abort();
      expect(seen.filter(event => event.endsWith('watched'))).toEqual(['ADDED watched', 'DELETED watched']);
    });

    test('execs', async () => {
      let out = '';
      const stdout = new Writable({
        write(chunk: Buffer, _, done) {
          out += chunk.toString();
          done();
        },
      });
      const status = await new Promise<k8s.V1Status>((resolve, reject) => {
        new k8s.Exec(config)
          .exec(ns, 'client', 'client', ['echo', 'hi'], stdout, null, null, false, resolve)
          .catch(reject);
      });
      expect([out, status.status]).toEqual(['hi\n', 'Success']);
    });
  });
}
