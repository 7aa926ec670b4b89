import type { TestPki } from '@navarch/testing';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';

/** AnyReview is an AdmissionReview as it came in. */
export interface AnyReview {
  readonly apiVersion: string;
  readonly kind: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a request is as free as JSON
  readonly request: any;
}
/** Answer is the response to a review (its uid is filled in), or a raw body, or never. */
export type Answer = Record<string, unknown> | string | undefined;

/** WebhookServer is an HTTPS server that answers reviews by path, and keeps what it was asked. */
export interface WebhookServer {
  readonly url: (path: string) => string;
  readonly caBundle: string;
  readonly reviews: { readonly path: string; readonly review: AnyReview }[];
  /** on says how reviews at a path are answered. */
  on(path: string, answer: (review: AnyReview) => Answer): void;
  stop(): Promise<void>;
}

/** startWebhookServer starts one with a certificate of the PKI. For tests. */
export async function startWebhookServer(pki: TestPki): Promise<WebhookServer> {
  const { certFile, keyFile } = await pki.issue({ name: 'webhook' });
  const answers = new Map<string, (review: AnyReview) => Answer>();
  const reviews: WebhookServer['reviews'][number][] = [];
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = new URL(request.url!, 'https://localhost').pathname;
      const review = JSON.parse(Buffer.concat(chunks).toString()) as AnyReview;
      reviews.push({ path, review });
      const answer = answers.get(path)?.(review);
      if (typeof answer === 'string') response.end(answer);
      else if (answer)
        response.end(
          JSON.stringify({ ...review, request: undefined, response: { uid: review.request.uid, ...answer } }),
        );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: path => `https://127.0.0.1:${port}${path}`,
    caBundle: Buffer.from(pki.caPem).toString('base64'),
    reviews,
    on: (path, answer) => void answers.set(path, answer),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
