import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { planCluster } from '../cluster/config';
import { ClusterPaths } from '../cluster/paths';
import { ensurePki } from './ensure';

const config = planCluster({
  name: 'lab',
  index: 0,
  workers: 1,
  onHost: false,
  hollow: false,
  transport: 'nats',
  emulatedVersion: '1.33',
  nat: false,
  hostname: 'desk',
  mainAddress: '192.0.2.2',
});

describe('ensurePki', () => {
  let paths: ClusterPaths;
  beforeAll(async () => {
    paths = new ClusterPaths(fs.mkdtempSync(path.join(os.tmpdir(), 'pki-')));
    expect(await ensurePki(config, paths)).toBeGreaterThan(10);
  });
  afterAll(() => fs.rmSync(paths.state, { recursive: true }));

  test.each([
    ['apiserver', 'ca', 'CN=kube-apiserver', 'sslserver'],
    ['kube-scheduler', 'ca', 'CN=system:kube-scheduler', 'sslclient'],
    ['admin', 'ca', 'O=system:masters\nCN=kubernetes-admin', 'sslclient'],
    ['worker-1', 'ca', 'O=system:nodes\nCN=system:node:worker-1', 'sslclient'],
    ['worker-1-server', 'ca', 'O=system:nodes\nCN=system:node:worker-1', 'sslserver'],
    ['etcd/server', 'etcd/ca', 'CN=etcd', 'sslserver'],
    ['front-proxy-client', 'front-proxy-ca', 'CN=front-proxy-client', 'sslclient'],
  ])('%s is signed by %s, as %j, and openssl takes it for %s', (name, authority, subject, purpose) => {
    expect(new X509Certificate(fs.readFileSync(paths.certificate(name))).subject).toBe(subject);
    const verdict = execFileSync(
      'openssl',
      ['verify', '-purpose', purpose, '-CAfile', paths.certificate(authority), paths.certificate(name)],
      { encoding: 'utf8' },
    );
    expect(verdict).toContain(': OK');
  });

  test('the API server answers to its names and addresses', () => {
    const names = new X509Certificate(fs.readFileSync(paths.certificate('apiserver'))).subjectAltName;
    for (const name of [
      'DNS:kubernetes.default.svc.cluster.local',
      'IP Address:10.96.0.1',
      'IP Address:10.77.0.254',
      'IP Address:127.0.0.1',
    ]) {
      expect(names).toContain(name);
    }
  });

  test('keys are readable for their owner only', () => {
    for (const name of ['ca', 'apiserver', 'admin', 'sa'])
      expect(fs.statSync(paths.key(name)).mode & 0o777).toBe(0o600);
    expect(fs.statSync(paths.adminKubeconfig).mode & 0o777).toBe(0o600);
    expect(fs.statSync(paths.encryption).mode & 0o777).toBe(0o600);
  });

  test('a second run keeps everything; a new worker costs its own certificates only', async () => {
    const before = fs.readFileSync(paths.certificate('apiserver'), 'utf8');
    expect(await ensurePki(config, paths)).toBe(0);
    const more = {
      ...config,
      nodes: [...config.nodes, { name: 'worker-2', number: 2, address: '10.77.0.12', podCidr: '10.244.2.0/24' }],
    };
    expect(await ensurePki(more, paths)).toBe(2);
    expect(fs.readFileSync(paths.certificate('apiserver'), 'utf8')).toBe(before);
  });
});
