import fs from 'node:fs';
import os from 'node:os';
import { parse } from 'yaml';
import type { ApiServerFlags } from './flags';
import type { RequestHeaderOptions } from './authn/request-header';
import { clusterIpRange, nodePortRange } from './services/address-range';
import type { Range } from './services/range-allocator';
import { tlsSettings, type TlsSettings } from './tls-settings';

/** Config is the flags in their checked form: files read, ranges parsed. */
export interface Config {
  /** emulated is the minor number of the release. */
  readonly emulated: number;
  readonly advertiseAddress: string;
  /** externalHost is the host that clients are told. */
  readonly externalHost: string;
  readonly clusterIps: Range;
  readonly nodePorts: Range;
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly requestHeader: RequestHeaderOptions;
  /** encryption is the parsed EncryptionConfiguration. */
  readonly encryption: unknown;
  readonly goawayChance: number;
  readonly tls: TlsSettings;
  /** auditPolicy is the parsed policy. */
  readonly auditPolicy: unknown;
}

/** compileConfig checks the flags and reads the files they name; it throws an Error that names the flag. */
export function compileConfig(flags: ApiServerFlags): Config {
  if (flags['nats-servers'].length && !flags['nats-cert-file'])
    throw new Error('--nats-cert-file is required with --nats-servers: the bus knows us by it');
  const issuers = flags['service-account-issuer'];
  if (!issuers.length) throw new Error('--service-account-issuer: must not be empty');
  const advertiseAddress = flags['advertise-address'] || ownAddress(flags['bind-address']);
  return {
    emulated: parseRelease(flags['emulated-version']),
    advertiseAddress,
    externalHost: flags['external-hostname'] || advertiseAddress,
    clusterIps: clusterIpRange(flags['service-cluster-ip-range']),
    nodePorts: nodePortsOf(flags),
    issuers,
    audiences: flags['api-audiences'].length ? flags['api-audiences'] : issuers,
    requestHeader: {
      allowedNames: flags['requestheader-allowed-names'],
      usernameHeaders: flags['requestheader-username-headers'].map(lower),
      groupHeaders: flags['requestheader-group-headers'].map(lower),
      extraPrefixes: flags['requestheader-extra-headers-prefix'].map(lower),
    },
    encryption: document('encryption-provider-config', flags['encryption-provider-config']),
    goawayChance: parseChance(flags['goaway-chance']),
    tls: tlsSettings(flags['tls-min-version'], flags['tls-cipher-suites']),
    auditPolicy: document('audit-policy-file', flags['audit-policy-file']),
  };
}

function nodePortsOf(flags: ApiServerFlags): Range {
  const range = nodePortRange(flags['service-node-port-range']);
  const own = flags['kubernetes-service-node-port'];
  if (own !== 0 && !(own >= range.base && own < range.base + range.size))
    throw new Error(`--kubernetes-service-node-port: ${own} is not within ${range.text}`);
  return range;
}

function parseRelease(text: string): number {
  const minor = Number(/^v?1\.(\d+)(\.\d+)?$/.exec(text)?.[1]);
  if (!(minor >= 20 && minor <= 33))
    throw new Error(`--emulated-version: ${JSON.stringify(text)} is not between 1.20 and 1.33`);
  return minor;
}

function parseChance(text: string): number {
  const chance = Number(text);
  if (!text.trim() || !(chance >= 0 && chance <= 0.02))
    throw new Error(`--goaway-chance: ${JSON.stringify(text)} is not between 0 and 0.02`);
  return chance;
}

function optional(flag: string, file: string): string | undefined {
  return file ? named(flag, () => fs.readFileSync(file, 'utf8')) : undefined;
}

function document(flag: string, file: string): unknown {
  const content = optional(flag, file);
  return content === undefined ? undefined : named(flag, () => parse(content) as unknown);
}

function named<T>(flag: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`--${flag}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

const lower = (text: string) => text.toLowerCase();

/** ownAddress is the address to be reached at: the one bound, or this host's first. */
function ownAddress(bound: string): string {
  if (bound !== '0.0.0.0' && bound !== '::') return bound;
  const all = Object.values(os.networkInterfaces()).flatMap(list => list ?? []);
  return all.find(one => one.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
}
