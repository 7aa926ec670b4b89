import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { complain, defineCommand, pathsOf } from './command';

/** kubectl is `navarch kubectl …`: the machine's kubectl with this cluster's credentials. */
export const kubectl = defineCommand({
  name: 'kubectl',
  usage: '…',
  summary: "run kubectl with this cluster's kubeconfig",
  options: {},
  raw: true,
  async run(_, positional) {
    const paths = pathsOf({ state: process.env['NAVARCH_STATE'] });
    if (!fs.existsSync(paths.adminKubeconfig)) {
      complain('no cluster was ever up here: navarch up');
      return 3;
    }
    const child = spawn('kubectl', positional, {
      stdio: 'inherit',
      env: { ...process.env, KUBECONFIG: paths.adminKubeconfig },
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', code => resolve(code ?? 1));
    });
  },
});
