import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { corev1 } from '@navarch/api';
import { eventually, findProgram, freePort, startChild, tempDir, type Child } from '@navarch/testing';
import fs from 'node:fs';
import path from 'node:path';
import type { E2eCluster } from '../e2e-cluster';

/** Target is one line of what Prometheus says of its targets. */
interface Target {
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
}

/**
 * prometheusSection: Debian's Prometheus scrapes every component. That build leaves kubernetes_sd_configs out, so the test reads
 * nodes and endpoints itself, as the discovery would, and names the addresses.
 */
export function prometheusSection(cluster: E2eCluster): void {
  const program = findProgram('prometheus');
  if (!program) process.stderr.write('\n*** Prometheus tests SKIPPED: no prometheus on this machine ***\n\n');
  (program ? describe : describe.skip)('Prometheus', () => {
    const dir = tempDir('navarch-prometheus-');
    let child: Child;
    let port: number;
    beforeAll(async () => {
      port = await freePort();
      const file = path.join(dir.path, 'prometheus.yml');
      fs.writeFileSync(file, await configuration(cluster));
      const listen = `--web.listen-address=127.0.0.1:${port}`;
      child = startChild('prometheus', [`--config.file=${file}`, `--storage.tsdb.path=${dir.path}/data`, listen]);
    });
    afterAll(async () => {
      await child.stop();
      dir.remove();
    });

    test('scrapes all six components', async () => {
      await eventually(
        async () => {
          const answer = await fetch(`http://127.0.0.1:${port}/api/v1/targets?state=active`);
          const { activeTargets } = ((await answer.json()) as { data: { activeTargets: Target[] } }).data;
          const down = activeTargets.filter(target => target.health !== 'up');
          expect(down.map(target => `${target.scrapeUrl}: ${target.lastError}`)).toEqual([]);
          const pools = [...new Set(activeTargets.map(target => target.scrapePool))].sort();
          expect(pools).toEqual(['apiserver', 'controller-manager', 'dns', 'kube-proxy', 'kubelet', 'scheduler']);
        },
        { timeoutMs: 60_000 },
      );
    });

    test('knows the components by the metrics that dashboards ask for', async () => {
      const names = [
        'apiserver_request_total',
        'workqueue_adds_total',
        'scheduler_schedule_attempts_total',
        'kubelet_running_pods',
      ];
      for (const name of [
        ...names,
        'kubeproxy_sync_proxy_rules_duration_seconds_count',
        'coredns_dns_requests_total',
      ]) {
        await eventually(async () => {
          const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${name}`);
          const { data } = (await answer.json()) as { data: { result: unknown[] } };
          if (!data.result.length) throw new Error(`no series of ${name}`);
        });
      }
    });
  });
}

/** configuration has one pool a component; the secured ones are asked with the admin's certificate. */
async function configuration(cluster: E2eCluster): Promise<string> {
  const pki = path.join(cluster.state, 'pki');
  const tls = `scheme: https
    tls_config: { ca_file: ${pki}/ca.crt, cert_file: ${pki}/admin.crt, key_file: ${pki}/admin.key }`;
  const { items } = await cluster.json<{ items: corev1.Node[] }>('nodes');
  const nodes = items.map(node => node.status!.addresses!.find(address => address.type === 'InternalIP')!.address);
  const api = await cluster.json<corev1.Endpoints>('endpoints', 'kubernetes');
  const dns = await cluster.json<corev1.Service>('-n', 'kube-system', 'service', 'kube-dns');
  const pool = (name: string, addresses: readonly string[], more: string) => `
  - job_name: ${name}
    ${more}
    static_configs: [{ targets: ${JSON.stringify(addresses)} }]`;
  const plain = 'scheme: http';
  return `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:${[
    pool('apiserver', [`${api.subsets![0]!.addresses![0]!.ip}:${api.subsets![0]!.ports![0]!.port}`], tls),
    pool('controller-manager', [`${cluster.machineAddress}:10257`], tls),
    pool('scheduler', [`${cluster.machineAddress}:10259`], tls),
    pool(
      'kubelet',
      nodes.map(address => `${address}:10250`),
      tls,
    ),
    pool(
      'kube-proxy',
      nodes.map(address => `${address}:10249`),
      plain,
    ),
    pool('dns', [`${dns.spec!.clusterIP}:9153`], plain),
  ].join('')}
`;
}
