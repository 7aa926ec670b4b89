import type { corev1 } from '@navarch/api';
import { StatusError } from '@navarch/apimachinery';
import type { VirtualHandler } from '@navarch/apiserver-runtime';
import { request } from 'node:https';

const TIMEOUT_MS = 3_000;

/** Probe asks a component how it is: resolves with its word, rejects with why it is not well. */
export type Probe = () => Promise<string>;

/** componentStatuses serves what the components' probes say at the moment. */
export function componentStatuses(probes: ReadonlyMap<string, Probe>): VirtualHandler {
  return {
    list: () => Promise.all([...probes].map(([name, probe]) => statusOf(name, probe))),
    get(_context, name) {
      const probe = probes.get(name);
      return probe ? statusOf(name, probe) : Promise.reject(new StatusError(500, '', `Component not found: ${name}`));
    },
  };
}

async function statusOf(name: string, probe: Probe): Promise<corev1.ComponentStatus> {
  const condition = await probe().then(
    message => ({ type: 'Healthy', status: 'True', message }),
    (error: unknown) => ({
      type: 'Healthy',
      status: 'False',
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  return { kind: 'ComponentStatus', apiVersion: 'v1', metadata: { name }, conditions: [condition] };
}

/** healthzProbe asks a component at an address of this host for /healthz. Its certificate is its own, so it is not checked; nothing secret is sent. */
export function healthzProbe(host: string, port: number): Probe {
  return () =>
    new Promise((resolve, reject) => {
      const asked = request(
        { host, port, path: '/healthz', timeout: TIMEOUT_MS, rejectUnauthorized: false, agent: false },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.length < 16 && chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const body = Buffer.concat(chunks).toString('utf8').slice(0, 256);
            if (response.statusCode === 200) resolve(body);
            else reject(new Error(`HTTP probe failed with statuscode: ${response.statusCode}`));
          });
        },
      );
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      asked.once('error', error => reject(new Error(`Get "https://${host}:${port}/healthz": ${error.message}`)));
      asked.end();
    });
}
