import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** RecordedCase is one case: requests, and what a real v1.20 server answered. Its steps are the recordings' own business. */
export interface RecordedCase {
  readonly category: string;
  readonly name: string;
}

/** CaseFailure is one step whose answer differs. */
export interface CaseFailure {
  readonly step: number;
  readonly request: string;
  readonly differences: readonly { readonly path: string; readonly expected?: unknown; readonly actual?: unknown }[];
}

/** Identity is a client certificate and its key, as PEM text. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Target is the server that cases are replayed against, and who asks it. */
export interface Target {
  readonly server: string;
  readonly ca: string;
  readonly identities: Readonly<Record<'admin' | 'user' | 'node', Identity>>;
}

/** Recordings are the recorded cases, and the replay that comes with them. */
export interface Recordings {
  readonly cases: readonly RecordedCase[];
  /** replayer makes a function that replays one case; one case at a time, in the order of `cases`. */
  replayer(target: Target): (one: RecordedCase) => Promise<readonly CaseFailure[]>;
}

/** Replay is what replay.mjs exports. */
interface Replay {
  Client: new (target: Target) => object;
  loadCases(folder: string, only: { category?: string | undefined }): RecordedCase[];
  runCase(client: object, one: RecordedCase, options: { newer: readonly string[] }): Promise<CaseFailure[]>;
}

/** recordingsFolder is NAVARCH_ORACLE, or shared/oracle beside the repository; undefined where there are no recordings. */
export function recordingsFolder(): string | undefined {
  const folder = process.env['NAVARCH_ORACLE'] ?? path.resolve(ROOT, '../shared/oracle');
  return fs.existsSync(path.join(folder, 'replay.mjs')) ? folder : undefined;
}

/** loadRecordings reads the cases of a folder, those of the named categories if some are named (`patch,list`). Fields that releases after v1.20 add by default are tolerated, as recorded beside them. */
export async function loadRecordings(folder: string, category?: string): Promise<Recordings> {
  const replay = (await import(pathToFileURL(path.join(folder, 'replay.mjs')).href)) as Replay;
  const { added } = JSON.parse(fs.readFileSync(path.join(folder, 'newer-fields.json'), 'utf8')) as {
    added: { path: string }[];
  };
  const newer = added.map(field => field.path);
  return {
    cases: replay.loadCases(path.join(folder, 'cases'), { category }),
    replayer(target) {
      const client = new replay.Client(target);
      return one => replay.runCase(client, one, { newer });
    },
  };
}

/** describeFailures says in a few lines what differs. */
export function describeFailures(failures: readonly CaseFailure[]): string {
  const show = (value: unknown) => (value === undefined ? '(absent)' : JSON.stringify(value)).slice(0, 400);
  return failures
    .flatMap(({ step, request, differences }) => [
      `step ${step} ${request}`,
      ...differences.map(d => `  ${d.path}: expected ${show(d.expected)}, got ${show(d.actual)}`),
    ])
    .slice(0, 20)
    .join('\n');
}
