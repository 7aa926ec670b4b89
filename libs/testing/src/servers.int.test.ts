import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTls } from 'node:tls';
import { expect, test } from '@jest/globals';
import { startEtcd } from './etcd';
import { eventually } from './eventually';
import { startNats } from './nats';
import { createTestPki } from './pki';
import { requireProgram } from './require';

const etcdctl = (args: string[]) =>
  spawnSync('etcdctl', args, { env: { ...process.env, ETCDCTL_API: '3' }, encoding: 'utf8' }).stdout;

requireProgram('etcd', 'etcdctl')('startEtcd', () => {
  test('keeps its data over a kill and a restart, and leaves nothing behind', async () => {
    const etcd = await startEtcd();
    etcdctl(['--endpoints', etcd.endpoints[0]!, 'put', 'a', '1']);
    etcd.kill();
    await etcd.restart();
    expect(etcdctl(['--endpoints', etcd.endpoints[0]!, 'get', 'a'])).toBe('a\n1\n');
    const pid = etcd.pid();
    await etcd.stop();
    expect(existsSync(etcd.dataDir)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  test('with TLS it answers only to a certificate of the CA', async () => {
    const pki = await createTestPki();
    const tls = await pki.issue({ name: 'etcd' });
    const etcd = await startEtcd({ tls });
    const endpoint = ['--endpoints', etcd.endpoints[0]!, '--dial-timeout=2s', '--command-timeout=2s'];
    const cert = ['--cacert', tls.caFile, '--cert', tls.certFile, '--key', tls.keyFile];
    expect(etcdctl([...endpoint, ...cert, 'put', 'a', '1'])).toBe('OK\n');
    expect(etcdctl([...endpoint, '--cacert', tls.caFile, 'put', 'a', '1'])).toBe('');
    await etcd.stop();
    pki.remove();
  });

  test('dies with the process that started it', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'sleep', '600'], { stdio: 'ignore' });
      console.log(child.pid); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);`;
    const pid = Number(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout);
    expect(pid).toBeGreaterThan(1);
    const gone = () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
    await eventually(gone);
  });
});

requireProgram('nats-server')('startNats', () => {
  test('starts plain and with TLS, and restarts on its port', async () => {
    const pki = await createTestPki();
    const plain = await startNats({ config: 'max_payload: 65536' });
    plain.kill();
    await plain.restart();
    const secure = await startNats({ tls: await pki.issue({ name: 'nats' }) });
    expect([plain.url, secure.url]).toEqual([`nats://127.0.0.1:${plain.port}`, `tls://127.0.0.1:${secure.port}`]);
    await plain.stop();
    await secure.stop();
    pki.remove();
  });
});

test('a test certificate verifies against its CA', async () => {
  const pki = await createTestPki();
  const { certPem, keyPem } = await pki.issue({
    name: 'user',
    organizations: ['system:masters'],
    hosts: ['a.example', '10.0.0.1'],
  });
  const { createServer } = await import('node:tls');
  const server = createServer({
    cert: certPem,
    key: keyPem,
    ca: pki.caPem,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const subject = new Promise(resolve =>
    server.once('secureConnection', socket => resolve(socket.getPeerCertificate().subject)),
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ca: pki.caPem,
    cert: certPem,
    key: keyPem,
    servername: 'a.example',
  });
  expect(await subject).toEqual(expect.objectContaining({ CN: 'user', O: 'system:masters' }));
  socket.destroy();
  await new Promise(resolve => server.close(resolve));
  pki.remove();
});
