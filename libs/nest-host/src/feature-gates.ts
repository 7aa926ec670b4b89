import type { Logger } from '@navarch/base';
import { FlagError, parseBool } from './flags';

/** gatesOf reads --feature-gates, `NAME=BOOL` each; it throws FlagError for anything else. Pure. */
export function gatesOf(entries: readonly string[]): ReadonlyMap<string, boolean> {
  return new Map(
    entries.map(entry => {
      const [name = '', value] = entry.split('=').map(part => part.trim());
      if (!name || value === undefined) throw new FlagError(`missing bool value for ${name || '--feature-gates'}`);
      const isOn = parseBool(value);
      if (isOn === undefined) throw new FlagError(`invalid value of ${name}=${value}: not true or false`);
      return [name, isOn];
    }),
  );
}

/** warnOfGates tells that gates have no effect: a component does what its release does by default. */
export function warnOfGates(entries: readonly string[], log: Pick<Logger, 'warn'>): void {
  const gates = [...gatesOf(entries).keys()];
  if (gates.length) log.warn('Feature gates have no effect: features are as the release has them', { gates });
}
