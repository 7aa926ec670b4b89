import type { TestPki } from '@navarch/testing';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stringify } from 'yaml';

/** TestWebhook is a server that answers reviews. For tests. */
export interface TestWebhook {
  /** kubeconfig is the text of a file that leads to it. */
  readonly kubeconfig: string;
  /** asked are the reviews that came, oldest first. */
  readonly asked: readonly { readonly apiVersion: string; readonly spec: Readonly<Record<string, unknown>> }[];
  stop(): Promise<void>;
}

/** startTestWebhook starts a server with a certificate of this CA; `answer` is a review's status, undefined answers 400. */
export async function startTestWebhook(
  pki: TestPki,
  answer: (spec: Readonly<Record<string, unknown>>) => object | undefined,
): Promise<TestWebhook> {
  const { certPem, keyPem } = await pki.issue({ name: 'webhook' });
  const asked: TestWebhook['asked'][number][] = [];
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as (typeof asked)[number];
      asked.push(review);
      const status = answer(review.spec);
      response.writeHead(status ? 200 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...review, status }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/review`;
  return {
    asked,
    kubeconfig: stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'w' },
      clusters: [{ name: 'w', cluster: { server: url, 'certificate-authority': pki.caFile } }],
      users: [{ name: 'w', user: {} }],
      contexts: [{ name: 'w', context: { cluster: 'w', user: 'w' } }],
    }),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
