// What an API server's hot paths cost, over HTTP/2 and over the bus: `npm run bench -- apiserver`, `--help` for more.
// The load comes from a process of its own, so that the server's CPU and memory are the server's alone.
import { execFileSync } from 'node:child_process';
import { BARE_ROLE, runBareServer } from './apiserver/bare-server';
import { runLoad } from './apiserver/load';
import { measure } from './apiserver/measurements';
import { readOptions, USAGE } from './apiserver/options';
import { startLab } from './apiserver/servers';
import { LOAD_ROLE } from './apiserver/load-process';
import { table } from './apiserver/table';

const argv = process.argv.slice(2);
if (argv[0] === LOAD_ROLE) runLoad();
else if (argv[0] === BARE_ROLE) runBareServer();
else if (argv.includes('--help')) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const options = readOptions(argv);
  if (!options.target && options.build) execFileSync(process.execPath, ['tools/build.mjs', 'apiserver']);
  const lab = options.target ? undefined : await startLab(options);
  try {
    console.log(table(await measure(options, lab)));
  } finally {
    await lab?.stop();
  }
  process.exit(0);
}
