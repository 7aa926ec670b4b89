import { InvalidOptions } from '../cluster/config';
import { readRecords, supervisorAlive } from '../cluster/records';
import { ControlClient } from '../supervisor/control-client';
import { complain, defineCommand, pathsOf, say, STATE_OPTION } from './command';

/** restart is `navarch restart`. */
export const restart = defineCommand({
  name: 'restart',
  usage: 'COMPONENT',
  summary: 'stop one component and start it again',
  options: { state: STATE_OPTION },
  async run(options, [component]) {
    if (component === undefined) throw new InvalidOptions('which component? navarch status names them');
    const paths = pathsOf(options);
    if (!supervisorAlive(readRecords(paths.records))) {
      complain('no cluster is up here');
      return 3;
    }
    await new ControlClient(paths.socket).restart(component);
    say(`${component} was restarted.`);
    return 0;
  },
});
