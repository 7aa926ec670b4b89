import { InvalidOptions } from '../cluster/config';
import { supervise } from '../supervisor/supervise';
import { serveRegistry } from '../registry/serve';
import { defineCommand, pathsOf, STATE_OPTION } from './command';

/** superviseCommand is the supervisor's process. */
export const superviseCommand = defineCommand({
  name: 'supervise',
  usage: '--state DIR',
  summary: 'the process behind a running cluster',
  hidden: true,
  options: { state: STATE_OPTION },
  async run(options) {
    await supervise(pathsOf(options).state);
    return 0;
  },
});

/** registryCommand is the cluster's registry's process. */
export const registryCommand = defineCommand({
  name: 'registry',
  usage: '--address A --port N',
  summary: 'serve the built images to containerd',
  hidden: true,
  options: {
    address: { type: 'string', help: 'where to listen' },
    port: { type: 'number', help: 'on which port' },
    state: STATE_OPTION,
  },
  async run(options) {
    if (options.address === undefined || options.port === undefined)
      throw new InvalidOptions('registry needs --address and --port');
    await serveRegistry(options.address, options.port);
    return 0;
  },
});
