import { flag, leaderElectionFlags, leaderElector, runComponent } from '@navarch/nest-host';
import { Scheduler } from './scheduler';

void runComponent({
  name: 'kube-scheduler',
  description: 'kube-scheduler decides on which node each new Pod runs.',
  flags: {
    ...leaderElectionFlags('kube-scheduler'),
    'scheduler-name': flag.string('default-scheduler', 'schedule the pods that name this scheduler'),
    'pod-initial-backoff': flag.duration('1s', 'how long an unschedulable pod waits at first'),
    'pod-max-backoff': flag.duration('10s', 'how long it waits at most'),
  },
  serving: { port: 10259, secure: true },
  client: true,
  async start(host) {
    const { flags, client, informers, clock, log, metrics, signal } = host;
    const events = host.events(flags['scheduler-name']);
    const scheduler = new Scheduler({
      client,
      informers,
      events,
      clock,
      log,
      metrics,
      schedulerName: flags['scheduler-name'],
      initialBackoffMs: flags['pod-initial-backoff'],
      maxBackoffMs: flags['pod-max-backoff'],
    });
    informers.start(signal);
    const lead = (leading: AbortSignal) => scheduler.run(leading);
    const running = leaderElector(host, flags, 'kube-scheduler')?.run(signal, lead) ?? lead(signal);
    void running.then(
      () => {
        // A scheduler that is not the leader any more must not act on what it believed: it starts anew.
        if (!signal.aborted) throw new Error('leadership was lost');
      },
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    );
    return { stop: () => running.catch(() => undefined) };
  },
});
