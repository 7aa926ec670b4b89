import { describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import dnsPacket from 'dns-packet';
import dgram from 'node:dgram';
import type { E2eCluster } from '../e2e-cluster';

/** nodeSection: what `navarch up` promises has come true when it ends. */
export function nodeSection(cluster: E2eCluster): void {
  describe('after navarch up', () => {
    test('it said how long it took and what to do next', () => {
      expect(cluster.upOutput).toMatch(/^Up in \d+\.\d s: .*Ready and DNS answers/m);
      expect(cluster.upOutput).toContain('export KUBECONFIG=');
    });

    test('every node is Ready, with its address, its pod range and the runtime', async () => {
      const { items } = await cluster.json<{ items: corev1.Node[] }>('nodes');
      expect(items.length).toBeGreaterThan(0);
      for (const [i, node] of items.entries()) {
        expect(node.status?.conditions?.find(condition => condition.type === 'Ready')?.status).toBe('True');
        expect(node.status?.addresses).toContainEqual({ type: 'InternalIP', address: cluster.nodeAddress(i + 1) });
        expect(node.status?.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd:\/\//);
        expect(node.spec?.podCIDR).toBe(`${cluster.podPrefix}.${i + 1}.0/24`);
      }
    });

    test('every component is well', async () => {
      const { stdout } = await cluster.navarch(['status']);
      for (const name of [
        'etcd',
        'kube-apiserver',
        'kube-scheduler',
        'kube-controller-manager',
        'worker-1/kubelet',
        'worker-1/kube-proxy',
        'dns',
      ]) {
        expect(stdout).toMatch(new RegExp(`^${name} +running +\\d+ +\\S+ +0 +ok$`, 'm'));
      }
    });

    test('a second up changes nothing', async () => {
      const before = await cluster.processId('kube-apiserver');
      await cluster.up();
      expect(await cluster.processId('kube-apiserver')).toBe(before);
    });

    test('the cluster DNS answers on its service address, from the shell', async () => {
      expect(await lookup(`${cluster.servicePrefix}.0.10`, 'kubernetes.default.svc.cluster.local')).toEqual([
        `${cluster.servicePrefix}.0.1`,
      ]);
    });
  });
}

function lookup(server: string, name: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    const timer = setTimeout(() => finish(new Error(`no answer from ${server}`)), 5_000);
    const finish = (result: Error | string[]) => {
      clearTimeout(timer);
      socket.close();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    socket.once('error', finish);
    socket.once('message', message =>
      finish((dnsPacket.decode(message).answers ?? []).flatMap(answer => (answer.type === 'A' ? [answer.data] : []))),
    );
    socket.send(dnsPacket.encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] }), 53, server);
  });
}
