import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { corev1, discoveryv1 } from '@navarch/api';
import { type E2eCluster, eventually, httpGet } from '../e2e-cluster';

/** servicesSection: addresses and names that lead to pods. */
export function servicesSection(cluster: E2eCluster): void {
  describe('services', () => {
    let ns: string;
    beforeAll(async () => {
      ns = await cluster.namespace('svc');
      await cluster.apply('nginx-service.yaml', ns);
      await cluster.apply('nginx-pod.yaml', ns);
      await cluster.apply('hello-python.yaml', ns);
      await cluster.waitReady(ns, ['pod/nginx']);
      await cluster.apply('client-pod.yaml', ns);
      await cluster.waitReady(ns, ['pod/client']);
      await cluster.kubectl(['-n', ns, 'rollout', 'status', 'deploy/hello-python', '--timeout=120s']);
    });
    afterAll(() => cluster.kubectl(['delete', 'ns', ns]));
    const inClient = (...command: string[]) => cluster.kubectl(['-n', ns, 'exec', 'client', '--', ...command]);
    const clusterIp = (service: string) =>
      cluster.kubectl(['-n', ns, 'get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}']);

    test('a service has the endpoints of its ready pods', async () => {
      const pod = await cluster.json<corev1.Pod>('-n', ns, 'pod', 'nginx');
      await eventually(async () => {
        const endpoints = await cluster.json<corev1.Endpoints>('-n', ns, 'endpoints', 'nginx');
        expect(endpoints.subsets?.[0]?.addresses?.map(address => address.ip)).toEqual([pod.status?.podIP]);
        const slices = await cluster.json<{ items: discoveryv1.EndpointSlice[] }>(
          '-n',
          ns,
          'endpointslices',
          '-l',
          'kubernetes.io/service-name=nginx',
        );
        expect(slices.items.flatMap(slice => slice.endpoints.flatMap(endpoint => endpoint.addresses))).toEqual([
          pod.status?.podIP,
        ]);
      });
    });

    test('the cluster address answers from the shell', async () => {
      const ip = await clusterIp('nginx');
      await eventually(async () => expect((await httpGet(`http://${ip}:8078/`)).body).toContain('Welcome to nginx!'));
    });

    test('in a pod, the name resolves in every form', async () => {
      const ip = await clusterIp('nginx');
      // busybox's nslookup asks for every search domain and fails when one of them knows nothing.
      expect((await cluster.tryKubectl(['-n', ns, 'exec', 'client', '--', 'nslookup', 'nginx'])).stdout).toContain(
        `Name:\tnginx.${ns}.svc.cluster.local\nAddress: ${ip}`,
      );
      for (const name of ['nginx', `nginx.${ns}`, `nginx.${ns}.svc`, `nginx.${ns}.svc.cluster.local`]) {
        expect(await inClient('wget', '-q', '-O', '-', `http://${name}:8078`)).toContain('Welcome to nginx!');
      }
    });

    test("a pod's environment names the services that were there before it", async () => {
      const env = await inClient('env');
      expect(env).toMatch(/^NGINX_SERVICE_PORT=8078$/m);
      expect(env).toMatch(/^NGINX_SERVICE_PORT_HTTP=8078$/m);
      expect(env).toMatch(/^NGINX_PORT_8078_TCP_ADDR=10\./m);
      expect(env).toMatch(/^KUBERNETES_SERVICE_PORT_HTTPS=443$/m);
    });

    test('the API answers inside by its name', async () => {
      expect(await inClient('nslookup', 'kubernetes.default.svc.cluster.local')).toContain(
        `${cluster.servicePrefix}.0.1`,
      );
    });

    test('hello-python answers by pod address, cluster address and node port, from all of its pods', async () => {
      const { items } = await cluster.json<{ items: corev1.Pod[] }>('-n', ns, 'pods', '-l', 'app=hello-python');
      expect(items).toHaveLength(4);
      for (const pod of items) {
        await eventually(async () => {
          const page = (await httpGet(`http://${pod.status!.podIP!}:5000/`)).body;
          expect(page).toContain(`<h3>Hello world!</h3><b>Hostname:</b> ${pod.metadata!.name!}`);
        });
      }
      const ip = await clusterIp('hello-python-service');
      for (const url of [`http://${ip}:6000/`, `http://${cluster.nodeAddress(1)}:31000/`]) {
        const names = new Set<string>();
        await eventually(async () => {
          names.add((await httpGet(url)).body);
          expect(names.size).toBe(4);
        });
      }
    });

    test('a node port that is taken is refused', async () => {
      const output = await cluster.tryKubectl([
        '-n',
        ns,
        'create',
        'service',
        'nodeport',
        'twice',
        '--tcp=80',
        '--node-port=31000',
      ]);
      expect(output.stderr).toContain('provided port is already allocated');
    });

    test('expose makes a service, deleting the pods empties it', async () => {
      await cluster.kubectl(['-n', ns, 'expose', 'pod', 'nginx', '--name=again', '--port=80']);
      const ip = await clusterIp('again');
      await eventually(async () => expect((await httpGet(`http://${ip}/`)).status).toBe(200));
      await cluster.kubectl(['-n', ns, 'delete', 'pod', 'nginx', '--grace-period=1']);
      await eventually(async () => {
        const failure: unknown = await httpGet(`http://${ip}/`).then(
          () => 'answered',
          (error: unknown) => (error as { code?: string }).code,
        );
        expect(failure).toMatch(/ECONNREFUSED|EHOSTUNREACH/);
      });
    });
  });
}
