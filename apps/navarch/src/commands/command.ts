import path from 'node:path';
import { ClusterPaths } from '../cluster/paths';
import type { Options, OptionSpecs } from './arguments';

/** Command is one subcommand of navarch. */
export interface Command<S extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** usage is what follows the name: 'COMPONENT [options]'. */
  readonly usage: string;
  readonly summary: string;
  readonly options: S;
  /** raw commands get everything that follows their name as it stands. */
  readonly raw?: boolean;
  /** hidden commands are for our own processes. */
  readonly hidden?: boolean;
  /** run resolves to the exit code. */
  run(options: Options<S>, positional: readonly string[]): Promise<number>;
}

/** defineCommand infers the option types of a command. */
export function defineCommand<const S extends OptionSpecs>(command: Command<S>): Command {
  return command as unknown as Command;
}

/** STATE_OPTION is where a cluster's files are. */
export const STATE_OPTION = { type: 'string', help: "the cluster's folder (default .navarch)" } as const;

/** pathsOf resolves --state. */
export function pathsOf(options: { readonly state?: string | undefined }): ClusterPaths {
  return new ClusterPaths(path.resolve(options.state ?? '.navarch'));
}

/** say prints a line for the person. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** complain prints a line on stderr. */
export function complain(line: string): void {
  process.stderr.write(`navarch: ${line}\n`);
}
