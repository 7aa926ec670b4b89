import type { ClusterConfig } from '../cluster/config';
import type { ClusterPaths } from '../cluster/paths';
import { writeFileAtomic } from '../cluster/records';
import { createHash, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Authority, writeKeyPair } from './authority';
import { AUTHORITIES, certificatesFor, CLIENTS, type AuthorityName, type CertificateSpec } from './certificates';
import { kubeconfigFor } from './kubeconfig';

const RENEW_BEFORE_MS = 30 * 86_400_000;

/**
 * ensurePki makes what is missing: the authorities, every component's certificate, the service-account keys, the encryption
 * key, the kubeconfigs. What is there and says the same is kept; a certificate that says something else, or ends within
 * thirty days, is made anew. Answers how many certificates were made.
 */
export async function ensurePki(config: ClusterConfig, paths: ClusterPaths): Promise<number> {
  fs.mkdirSync(paths.pki, { recursive: true, mode: 0o700 });
  const due = certificatesFor(config, os.hostname()).filter(spec => !isCurrent(paths, spec));
  const made = due.length || !authoritiesExist(paths) ? await issueAll(paths, due) : 0;
  await ensureServiceAccountKeys(paths);
  ensureEncryption(paths);
  writeKubeconfigs(config, paths);
  return made;
}

async function issueAll(paths: ClusterPaths, due: readonly CertificateSpec[]): Promise<number> {
  const authorities = new Map<AuthorityName, Authority>();
  for (const [name, commonName] of Object.entries(AUTHORITIES) as [AuthorityName, string][]) {
    authorities.set(name, await Authority.open(path.join(paths.pki, name), commonName));
  }
  await Promise.all(
    due.map(async spec => {
      writeKeyPair(path.join(paths.pki, spec.file), await authorities.get(spec.authority)!.issue(spec));
      fs.writeFileSync(stampOf(paths, spec), fingerprint(spec));
    }),
  );
  return due.length;
}

function authoritiesExist(paths: ClusterPaths): boolean {
  return Object.keys(AUTHORITIES).every(
    name => fs.existsSync(paths.key(name)) && fs.existsSync(paths.certificate(name)),
  );
}

/** isCurrent: the certificate is there, was made for the same profile, and lasts. */
function isCurrent(paths: ClusterPaths, spec: CertificateSpec): boolean {
  try {
    if (fs.readFileSync(stampOf(paths, spec), 'utf8') !== fingerprint(spec) || !fs.existsSync(paths.key(spec.file)))
      return false;
    const certificate = new X509Certificate(fs.readFileSync(paths.certificate(spec.file)));
    return Date.parse(certificate.validTo) - Date.now() > RENEW_BEFORE_MS;
  } catch {
    return false;
  }
}

function stampOf(paths: ClusterPaths, spec: CertificateSpec): string {
  return path.join(paths.pki, `${spec.file}.profile`);
}

function fingerprint(spec: CertificateSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
}

/** ensureServiceAccountKeys makes sa.key and sa.pub, RSA as upstream's, which every verifier of tokens knows. */
async function ensureServiceAccountKeys(paths: ClusterPaths): Promise<void> {
  const [key, pub] = [path.join(paths.pki, 'sa.key'), path.join(paths.pki, 'sa.pub')];
  if (fs.existsSync(key) && fs.existsSync(pub)) return;
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  fs.writeFileSync(key, pair.privateKey, { mode: 0o600 });
  fs.writeFileSync(pub, pair.publicKey, { mode: 0o644 });
}

/** ensureEncryption writes the EncryptionConfiguration with a fresh AES-256 key: Secrets are never stored in the clear. */
function ensureEncryption(paths: ClusterPaths): void {
  if (fs.existsSync(paths.encryption)) return;
  writeFileAtomic(
    paths.encryption,
    `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources:
  - secrets
  providers:
  - aesgcm:
      keys:
      - name: key1
        secret: ${randomBytes(32).toString('base64')}
  - identity: {}
`,
  );
}

function writeKubeconfigs(config: ClusterConfig, paths: ClusterPaths): void {
  const authority = fs.readFileSync(paths.certificate('ca'), 'utf8');
  const server = `https://${config.machineAddress}:6443`;
  const users: [string, string][] = [
    ...Object.entries(CLIENTS).map(([file, { commonName }]): [string, string] => [file, commonName]),
    ...config.nodes.map((node): [string, string] => [node.name, `system:node:${node.name}`]),
  ];
  for (const [file, user] of users) {
    const text = kubeconfigFor({
      cluster: config.name,
      server,
      user,
      authority,
      certificate: fs.readFileSync(paths.certificate(file), 'utf8'),
      key: fs.readFileSync(paths.key(file), 'utf8'),
    });
    writeFileAtomic(file === 'admin' ? paths.adminKubeconfig : paths.kubeconfig(file), text);
  }
}
