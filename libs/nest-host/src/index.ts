export { runComponent } from './component';
export { COMMON_FLAGS, CLIENT_FLAGS } from './common-flags';
export { flag, FlagError, parseBool, parseDuration, parseFlags, usage } from './flags';
export { Health, type HealthAnswer } from './health';
export { leaderElectionFlags, leaderElector } from './leader-election';
export { certificateUser, text } from './server';
export * from './interfaces';
