import { inheritLabels, UNLIMITED } from '../shared/legacy';

/** Fields answers the spec of an object that may be anything; an object that is not there is made. */
type Fields = Record<string, unknown>;
const child = (object: Fields, name: string) => (object[name] ??= {}) as Fields;

function rollingDefaults(spec: Fields, amount: number | string): void {
  const strategy = child(spec, 'strategy');
  strategy['type'] ||= 'RollingUpdate';
  if (strategy['type'] !== 'RollingUpdate') return;
  const rolling = child(strategy, 'rollingUpdate');
  rolling['maxUnavailable'] ??= amount;
  rolling['maxSurge'] ??= amount;
}

/** defaultExtensions fills in what extensions/v1beta1 defaults differently: one pod at a time, no limits, the template's labels. */
export function defaultExtensions(object: Fields): void {
  inheritLabels(object);
  const spec = child(object, 'spec');
  rollingDefaults(spec, 1);
  spec['progressDeadlineSeconds'] ??= UNLIMITED;
  spec['revisionHistoryLimit'] ??= UNLIMITED;
}

/** defaultAppsBeta1 fills in what apps/v1beta1 defaults differently. */
export function defaultAppsBeta1(object: Fields): void {
  inheritLabels(object);
  child(object, 'spec')['revisionHistoryLimit'] ??= 2;
}

/** dropRollback removes spec.rollbackTo, a request that later versions do not know. */
export function dropRollback(object: Fields): void {
  delete child(object, 'spec')['rollbackTo'];
}
