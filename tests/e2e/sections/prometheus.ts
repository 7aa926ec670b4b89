import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort, findProgram, startChild, tempDir, eventually } from '@navarch/testing';
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

/** prometheusSection: Debian's Prometheus discovers the cluster by kubernetes_sd_configs and scrapes every component. */
export function prometheusSection(cluster: E2eCluster): void {
  const program = findProgram('prometheus');
  if (!program) process.stderr.write('\n*** Prometheus tests SKIPPED: no prometheus on this machine ***\n\n');
  (program ? describe : describe.skip)('Prometheus', () => {
    const dir = tempDir('navarch-prometheus-');
    let stop: () => Promise<void> = () => Promise.resolve();
    let targets: () => Promise<Target[]>;
    let dropped: () => Promise<string>;
    beforeAll(async () => {
      const port = await freePort();
      const file = path.join(dir.path, 'prometheus.yml');
      fs.writeFileSync(file, configuration(cluster));
      const child = startChild('prometheus', [
        `--config.file=${file}`,
        `--storage.tsdb.path=${dir.path}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      stop = () => child.stop();
      const ask = async (state: string) =>
        (await fetch(`http://127.0.0.1:${port}/api/v1/targets?state=${state}`)).json();
      targets = async () => ((await ask('active')) as { data: { activeTargets: Target[] } }).data.activeTargets;
      dropped = async () => JSON.stringify(await ask('dropped'));
    });
    afterAll(async () => {
      await stop();
      dir.remove();
    });

    test('discovers and scrapes the apiserver, the controllers, the scheduler, every node, the pods and DNS', async () => {
      const wanted = ['apiserver', 'controller-manager', 'dns', 'kube-proxy', 'kubelet', 'scheduler'];
      await eventually(
        async () => {
          const found = await targets();
          const down = found.filter(target => target.health !== 'up');
          expect(down.map(target => `${target.scrapeUrl}: ${target.lastError}`)).toEqual([]);
          expect([...new Set(found.map(target => target.scrapePool))].sort()).toEqual(wanted);
        },
        { timeoutMs: 60_000 },
      );
    });

    test('discovers the pods', async () => {
      const name = await cluster.namespace('prom');
      await cluster.apply('nginx-pod.yaml', name);
      await eventually(async () => expect(await dropped()).toContain(name), { timeoutMs: 60_000 });
      await cluster.kubectl(['delete', 'ns', name, '--wait=false']);
    });
  });
}

/**
 * configuration names the API by the admin's kubeconfig and takes the rest from discovery. The pool `pods` keeps no target:
 * its pods need not serve metrics, it is there to see them discovered.
 */
function configuration(cluster: E2eCluster): string {
  const pki = path.join(cluster.state, 'pki');
  const tls = `scheme: https
    tls_config: { ca_file: ${pki}/ca.crt, cert_file: ${pki}/admin.crt, key_file: ${pki}/admin.key, insecure_skip_verify: true }`;
  const discover = (role: string) =>
    `kubernetes_sd_configs: [{ role: ${role}, kubeconfig_file: ${cluster.kubeconfig} }]`;
  const keep = (label: string, regex: string) => `{ source_labels: [${label}], action: keep, regex: ${regex} }`;
  const service = '__meta_kubernetes_namespace, __meta_kubernetes_service_name, __meta_kubernetes_endpoint_port_name';
  return `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: apiserver
    ${tls}
    ${discover('endpoints')}
    relabel_configs: [${keep(service, 'default;kubernetes;https')}]
  - job_name: dns
    ${discover('endpoints')}
    relabel_configs: [${keep(service, 'kube-system;kube-dns;metrics')}]
  - job_name: kubelet
    ${tls}
    ${discover('node')}
  - job_name: kube-proxy
    ${discover('node')}
    relabel_configs: [{ source_labels: [__address__], regex: '(.*):.*', replacement: '$1:10249', target_label: __address__ }]
  - job_name: scheduler
    ${tls}
    static_configs: [{ targets: ['${cluster.machineAddress}:10259'] }]
  - job_name: controller-manager
    ${tls}
    static_configs: [{ targets: ['${cluster.machineAddress}:10257'] }]
  - job_name: pods
    ${discover('pod')}
    relabel_configs: [{ action: drop, source_labels: [__meta_kubernetes_namespace], regex: '.*' }]
`;
}
