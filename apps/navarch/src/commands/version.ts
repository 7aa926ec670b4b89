import fs from 'node:fs';
import path from 'node:path';
import { installDir } from '../cluster/install-dir';
import { defineCommand, say } from './command';

/** version is `navarch version`. */
export const version = defineCommand({
  name: 'version',
  usage: '',
  summary: 'the version of navarch and of Node',
  options: {},
  async run() {
    const { version: ours } = JSON.parse(fs.readFileSync(path.join(installDir(), 'package.json'), 'utf8')) as {
      version: string;
    };
    say(`navarch ${ours} (Node ${process.versions.node})`);
    return 0;
  },
});
