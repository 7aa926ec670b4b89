import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findProgram, freePort, startChild, tempDir, type Child } from '@navarch/testing';
import fs from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { eventually, ROOT, type E2eCluster } from '../e2e-cluster';

const DEPLOY = path.join(ROOT, 'deploy/prometheus');
const JOBS = ['dns', 'kube-apiserver', 'kube-controller-manager', 'kube-proxy', 'kube-scheduler', 'kubelet', 'pods'];
/** METRICS are asked for by dashboards, one of each component. */
const METRICS = [
  'apiserver_request_total',
  'workqueue_adds_total',
  'scheduler_schedule_attempts_total',
  'kubelet_running_pods',
  'kubeproxy_sync_proxy_rules_duration_seconds_count',
  'coredns_dns_requests_total',
];

type Labels = Readonly<Record<string, string>>;

/** Target is one line of what a scraper says of its targets. */
interface Target {
  readonly discoveredLabels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
}

interface Targets {
  readonly activeTargets: readonly Target[];
  readonly droppedTargets: readonly Pick<Target, 'discoveredLabels'>[];
}

interface ScrapeConfig {
  readonly job_name: string;
  kubernetes_sd_configs?: unknown;
  file_sd_configs?: readonly { readonly files: readonly string[] }[];
}

/** Scraper is a program that reads a Prometheus configuration and answers Prometheus' API. */
interface Scraper {
  readonly child: Child;
  readonly url: string;
}

/**
 * prometheusSection: the configuration in deploy/prometheus finds and scrapes every component. Debian's Prometheus is built without
 * kubernetes_sd_configs. So VictoriaMetrics, which reads the same file, discovers and scrapes first; then Prometheus is told
 * what was discovered, labels and all, and does all the rest itself: relabelling, authentication, scraping.
 */
export function prometheusSection(cluster: E2eCluster): void {
  const missing = ['prometheus', 'victoria-metrics'].filter(program => !findProgram(program));
  if (missing.length) process.stderr.write(`\n*** Prometheus tests SKIPPED: no ${missing.join(', no ')} ***\n\n`);
  (missing.length ? describe.skip : describe)('Prometheus', () => {
    const dir = tempDir('navarch-prometheus-');
    const file = path.join(dir.path, 'prometheus.yml');
    const started: Child[] = [];
    let discovered: Targets;

    beforeAll(async () => {
      await credentials(cluster, dir.path);
      const config = readConfig();
      fs.writeFileSync(file, stringify({ ...config, global: { scrape_interval: '1s', scrape_timeout: '1s' } }));
      await cluster.apply('metrics-pod.yaml', 'default');
      await cluster.waitReady('default', ['pod/metrics-pod']);
    });
    afterAll(async () => {
      for (const child of started) await child.stop();
      await cluster.tryKubectl(['delete', 'pod/metrics-pod', 'namespace/monitoring', '--wait=false']);
      dir.remove();
    });

    const start = async (program: string, flagsOf: (port: number) => readonly string[]): Promise<Scraper> => {
      const port = await freePort();
      const child = startChild(program, flagsOf(port), { cwd: dir.path });
      started.push(child);
      return { child, url: `http://127.0.0.1:${port}` };
    };

    test('kubernetes_sd_configs find the nodes, the endpoints and the pods', async () => {
      const scraper = await start('victoria-metrics', port => [
        `-promscrape.config=${file}`,
        `-storageDataPath=${dir.path}/victoria`,
        `-httpListenAddr=127.0.0.1:${port}`,
      ]);
      discovered = await allUp(scraper);
      const meta = discovered.activeTargets.flatMap(target => Object.keys(target.discoveredLabels));
      for (const role of ['node_name', 'endpoints_name', 'endpointslice_name', 'pod_name'])
        expect(meta).toContain(`__meta_kubernetes_${role}`);
    });

    test('Prometheus scrapes all six components and the pod, and knows the metrics that dashboards ask for', async () => {
      fs.writeFileSync(file, stringify(withFiles(readConfig(), dir.path, discovered)));
      const scraper = await start('prometheus', port => [
        `--config.file=${file}`,
        `--storage.tsdb.path=${dir.path}/prometheus`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      await allUp(scraper);
      for (const name of METRICS)
        await eventually(async () => {
          const { result } = await ask<{ result: unknown[] }>(scraper, `query?query=${name}`);
          if (!result.length) throw new Error(`no series of ${name}`);
        });
    });
  });
}

function readConfig(): { global?: object; scrape_configs: ScrapeConfig[] } {
  return parse(fs.readFileSync(path.join(DEPLOY, 'prometheus.yml'), 'utf8')) as { scrape_configs: ScrapeConfig[] };
}

/** credentials makes the files that the configuration names, as docs/monitoring.md says. */
async function credentials(cluster: E2eCluster, dir: string): Promise<void> {
  await cluster.kubectl(['apply', '-f', path.join(DEPLOY, 'rbac.yaml')]);
  // `kubectl create token` is not in the oldest kubectl.
  const asked = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: 3600 },
  };
  const answer = await cluster.kubectl(
    ['create', '--raw', '/api/v1/namespaces/monitoring/serviceaccounts/prometheus/token', '-f', '-'],
    { input: JSON.stringify(asked) },
  );
  const { token } = (JSON.parse(answer) as { status: { token: string } }).status;
  fs.writeFileSync(path.join(dir, 'token'), token, { mode: 0o600 });
  fs.copyFileSync(path.join(cluster.state, 'pki/ca.crt'), path.join(dir, 'ca.crt'));
  const server = await cluster.kubectl(['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}']);
  const config = (...args: string[]) =>
    cluster.kubectl(['config', `--kubeconfig=${path.join(dir, 'prometheus.kubeconfig')}`, ...args]);
  await config('set-cluster', 'navarch', `--server=${server}`, `--certificate-authority=${path.join(dir, 'ca.crt')}`);
  await config('set-credentials', 'prometheus', `--token=${token}`);
  await config('set-context', 'navarch', '--cluster=navarch', '--user=prometheus');
  await config('use-context', 'navarch');
}

/** allUp waits until every job has a target and every target answers. */
function allUp(scraper: Scraper): Promise<Targets> {
  return eventually(async () => {
    const targets = await ask<Targets>(scraper, 'targets');
    const down = targets.activeTargets.filter(target => target.health !== 'up');
    expect(down.map(target => `${target.scrapeUrl}: ${target.lastError}`)).toEqual([]);
    expect([...new Set(targets.activeTargets.map(target => target.scrapePool))].sort()).toEqual(JOBS);
    return targets;
  }, 60_000);
}

async function ask<T>({ url }: Scraper, what: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${what}`);
  return ((await answer.json()) as { data: T }).data;
}

/** withFiles replaces what discovers by files of what was discovered. */
function withFiles<T extends { scrape_configs: ScrapeConfig[] }>(config: T, dir: string, targets: Targets): object {
  const labels = [...targets.activeTargets, ...targets.droppedTargets].map(target => target.discoveredLabels);
  for (const job of config.scrape_configs) {
    const groups = labels
      .filter(one => one['job'] === job.job_name)
      .map(one => ({
        targets: [one['__address__']],
        labels: Object.fromEntries(Object.entries(one).filter(([name]) => name.startsWith('__meta_'))),
      }));
    fs.writeFileSync(path.join(dir, `${job.job_name}.json`), JSON.stringify(groups));
    delete job.kubernetes_sd_configs;
    job.file_sd_configs = [{ files: [`${job.job_name}.json`] }];
  }
  return { ...config, global: { scrape_interval: '1s', scrape_timeout: '1s' } };
}
