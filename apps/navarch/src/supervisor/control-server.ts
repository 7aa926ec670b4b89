import { describe, type Stoppable } from '@navarch/base';
import fs from 'node:fs';
import http from 'node:http';
import { probe } from '../components/health';
import type { ClusterRunner } from './cluster-runner';
import type { ManagedProcess } from './managed-process';
import type { Progress } from './progress';

/** ComponentStatus is one line of `status`. */
export interface ComponentStatus {
  readonly name: string;
  readonly state: string;
  readonly pid?: number;
  readonly uptimeMs: number;
  readonly restarts: number;
  readonly lastExit: string;
  /** health is 'ok', what is wrong, or '' where there is nothing to ask. */
  readonly health: string;
}

/**
 * ControlServer is how the command talks to the supervisor: HTTP on a Unix socket only this user may open.
 * GET /progress streams events as JSON lines; GET /status; POST /restart/NAME; POST /stop answers when all processes have ended.
 */
export class ControlServer implements Stoppable {
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  constructor(
    private readonly socket: string,
    private readonly runner: ClusterRunner,
    private readonly progress: Progress,
    private readonly stopAll: () => Promise<void>,
  ) {}

  async listen(): Promise<void> {
    fs.rmSync(this.socket, { force: true });
    const before = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.server.once('error', reject);
        this.server.listen(this.socket, resolve);
      });
    } finally {
      process.umask(before);
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
    fs.rmSync(this.socket, { force: true });
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    request.resume();
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://supervisor').pathname);
    try {
      if (request.method === 'GET' && path === '/progress') return await this.stream(response);
      if (request.method === 'GET' && path === '/status') return reply(response, 200, await this.status());
      if (request.method === 'POST' && path === '/stop') {
        await this.stopAll();
        return reply(response, 200, {});
      }
      if (request.method === 'POST' && path.startsWith('/restart/'))
        return await this.restart(path.slice('/restart/'.length), response);
      reply(response, 404, { error: 'no such question' });
    } catch (error) {
      if (!response.headersSent) reply(response, 500, { error: describe(error) });
      else response.end();
    }
  }

  private async stream(response: http.ServerResponse): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    for await (const event of this.progress.follow()) {
      if (response.destroyed) return;
      response.write(`${JSON.stringify(event)}\n`);
    }
    response.end();
  }

  private status(): Promise<ComponentStatus[]> {
    return Promise.all([...this.runner.processes.values()].map(statusOf));
  }

  private async restart(name: string, response: http.ServerResponse): Promise<void> {
    const managed = this.runner.processes.get(name);
    if (!managed) return reply(response, 404, { error: `no component ${name}` });
    await managed.restart();
    reply(response, 200, {});
  }
}

async function statusOf(managed: ManagedProcess): Promise<ComponentStatus> {
  const { spec, state, id, uptimeMs, restarts, lastExit } = managed;
  const health = state !== 'running' ? lastExit : spec.health ? ((await probe(spec.health)) ?? 'ok') : '';
  return { name: spec.name, state, ...(id && { pid: id.pid }), uptimeMs, restarts, lastExit, health };
}

function reply(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
