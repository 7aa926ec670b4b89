import http from 'node:http';
import readline from 'node:readline';
import type { ComponentStatus } from './control-server';
import type { ProgressEvent } from './progress';

/** ControlClient asks a cluster's supervisor. Every question rejects when none listens. */
export class ControlClient {
  constructor(private readonly socketPath: string) {}

  async *progress(): AsyncGenerator<ProgressEvent> {
    const response = await this.open('GET', '/progress');
    for await (const line of readline.createInterface({ input: response })) yield JSON.parse(line) as ProgressEvent;
  }

  status(): Promise<ComponentStatus[]> {
    return this.ask('GET', '/status');
  }

  async restart(name: string): Promise<void> {
    await this.ask('POST', `/restart/${encodeURIComponent(name)}`);
  }

  /** stopAll ends all processes, in order; the supervisor then ends itself. */
  async stopAll(): Promise<void> {
    await this.ask('POST', '/stop');
  }

  private async ask<T>(method: string, path: string): Promise<T> {
    const response = await this.open(method, path);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as T & { error?: string };
    if (response.statusCode !== 200) throw new Error(body.error ?? `HTTP ${response.statusCode ?? '?'}`);
    return body;
  }

  private open(method: string, path: string): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = http.request({ socketPath: this.socketPath, method, path, agent: false }, resolve);
      request.once('error', reject);
      request.end();
    });
  }
}
