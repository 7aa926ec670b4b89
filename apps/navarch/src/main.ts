import { describe } from '@navarch/base';
import { InvalidOptions } from './cluster/config';
import { optionsHelp, parseArguments } from './commands/arguments';
import { complain, say, type Command } from './commands/command';
import { down } from './commands/down';
import { images } from './commands/images';
import { registryCommand, superviseCommand } from './commands/internal';
import { kubectl } from './commands/kubectl';
import { logs } from './commands/logs';
import { restart } from './commands/restart';
import { status } from './commands/status';
import { test } from './commands/test';
import { up } from './commands/up';
import { version } from './commands/version';

const COMMANDS: readonly Command[] = [
  up,
  status,
  logs,
  restart,
  down,
  images,
  kubectl,
  test,
  version,
  superviseCommand,
  registryCommand,
];

/** main runs the named command: exit code 0 for success, 1 for failure, 2 for a wrong command line. */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    say(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find(one => one.name === name);
  if (!command) throw new InvalidOptions(`no command ${JSON.stringify(name)}; navarch help lists them`);
  if (command.raw) return command.run({}, rest);
  if (rest.includes('--help') || rest.includes('-h')) {
    say(`navarch ${command.name} ${command.usage}\n\n${command.summary}\n\n${optionsHelp(command.options)}`);
    return 0;
  }
  const { options, positional } = parseArguments(command.options, rest);
  return command.run(options, positional);
}

function overview(): string {
  const shown = COMMANDS.filter(command => !command.hidden);
  const lines = shown.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `navarch: a Kubernetes-compatible cluster on this machine\n\nUsage: navarch COMMAND [options]; navarch COMMAND --help\n\n${lines.join('\n')}`;
}

main(process.argv.slice(2)).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    complain(describe(error));
    process.exitCode = error instanceof InvalidOptions ? 2 : 1;
  },
);
