import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type E2eCluster, eventually, httpGet } from '../e2e-cluster';

/** streamsSection: logs, exec, attach, cp and port-forward, by every kubectl (the old speak SPDY, the new WebSocket). */
export function streamsSection(cluster: E2eCluster): void {
  describe.each(cluster.kubectls.map(kubectl => [kubectl.version, kubectl] as const))(
    'streams by kubectl %s',
    (version, kubectl) => {
      let ns: string;
      beforeAll(async () => {
        ns = await cluster.namespace('stream');
        await cluster.apply('nginx-pod.yaml', ns);
        await cluster.apply('client-pod.yaml', ns);
        await cluster.waitReady(ns, ['pod/nginx', 'pod/client']);
      });
      afterAll(() => cluster.kubectl(['delete', 'ns', ns, '--wait=false']));
      const tryK = (args: string[], input?: Buffer | string) =>
        cluster.tryKubectl(['-n', ns, ...args], {
          by: kubectl,
          timeoutMs: 60_000,
          ...(input !== undefined && { input }),
        });

      test('exec keeps stdout, stderr and the exit code apart', async () => {
        const output = await tryK(['exec', 'client', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
        expect(output.stdout).toBe('out\n');
        expect(output.stderr).toContain('err\n');
        expect(output.code).toBe(3);
      });

      test('exec passes a megabyte in and out', async () => {
        const input = randomBytes(2 ** 20).toString('base64');
        const output = await tryK(['exec', '-i', 'client', '--', 'cat'], input);
        expect(output.stdout === input).toBe(true);
      });

      test('cp there and back', async () => {
        const [there, back] = ['there', 'back'].map(name => path.join(cluster.state, `${name}-${version}`));
        const content = randomBytes(100_000);
        fs.writeFileSync(there!, content);
        expect((await tryK(['cp', there!, 'client:/tmp/file'])).code).toBe(0);
        expect((await tryK(['cp', 'client:/tmp/file', back!])).code).toBe(0);
        expect(fs.readFileSync(back!).equals(content)).toBe(true);
      });

      test('port-forward carries requests', async () => {
        const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: path.join(cluster.state, 'home') };
        const child = spawn(kubectl.file, ['-n', ns, 'port-forward', 'pod/nginx', ':80'], {
          env,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        try {
          const port = await new Promise<string>((resolve, reject) => {
            child.once('exit', code => reject(new Error(`port-forward ended with ${code ?? '?'}`)));
            child.stdout.on('data', (chunk: Buffer) => {
              const [, found] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
              if (found) resolve(found);
            });
          });
          for (let i = 0; i < 3; i++)
            expect((await httpGet(`http://127.0.0.1:${port}/`)).body).toContain('Welcome to nginx!');
        } finally {
          child.kill('SIGKILL');
        }
      });

      test('logs: all, the last, by time, and of the container before', async () => {
        const script =
          'if [ -e /data/again ]; then echo second; sleep 1000; fi; touch /data/again; for i in 1 2 3; do echo line $i; done';
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'talker' },
          spec: {
            containers: [
              {
                name: 'c',
                image: 'busybox',
                command: ['sh', '-c', script],
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
            ],
            volumes: [{ name: 'data', emptyDir: {} }],
          },
        };
        await cluster.kubectl(['-n', ns, 'create', '-f', '-'], { input: JSON.stringify(pod) });
        await eventually(async () => expect((await tryK(['logs', 'talker'])).stdout).toBe('second\n'), 60_000);
        expect((await tryK(['logs', 'talker', '--previous'])).stdout).toBe('line 1\nline 2\nline 3\n');
        expect((await tryK(['logs', 'talker', '--previous', '--tail=1'])).stdout).toBe('line 3\n');
        expect((await tryK(['logs', 'talker', '--since=1h', '--timestamps'])).stdout).toMatch(
          /^\d{4}-\d\d-\d\dT\S+Z second\n$/,
        );
        await cluster.kubectl(['-n', ns, 'delete', 'pod', 'talker', '--grace-period=0', '--force']);
      });

      test('logs -f goes on', async () => {
        await cluster.kubectl([
          '-n',
          ns,
          'run',
          'counter',
          '--image=busybox',
          '--restart=Never',
          '--',
          'sh',
          '-c',
          'for i in 1 2 3 4; do echo $i; sleep 0.3; done',
        ]);
        await eventually(async () => expect((await tryK(['logs', '-f', 'counter'])).stdout).toBe('1\n2\n3\n4\n'));
      });

      test('attach speaks to the first process', async () => {
        const output = await tryK(
          [
            'run',
            'attached',
            '--image=busybox',
            '--restart=Never',
            '-i',
            '--quiet',
            '--',
            'sh',
            '-c',
            'read line; echo got $line',
          ],
          'hello\n',
        );
        expect(output.stdout).toContain('got hello');
      });
    },
  );
}
