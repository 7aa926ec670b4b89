import { fork, type ChildProcess } from 'node:child_process';
import type { Figures, Job, Target } from './job';

/** LOAD_ROLE is the argument that makes the program the load process. */
export const LOAD_ROLE = '--as-load';

/** LoadProcess hands jobs to a process that makes the load on one target. */
export class LoadProcess {
  private readonly child: ChildProcess;

  constructor(target: Target) {
    this.child = fork(process.argv[1]!, [LOAD_ROLE], { execArgv: [] });
    this.child.send({ target });
  }

  /** run does one job; one at a time. */
  run(job: Job): Promise<Figures> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: { figures?: Figures; error?: string }) => {
        this.child.off('exit', onExit);
        if (message.figures) resolve(message.figures);
        else reject(new Error(message.error));
      };
      const onExit = () => {
        this.child.off('message', onMessage);
        reject(new Error('the load process ended'));
      };
      this.child.once('message', onMessage).once('exit', onExit);
      this.child.send({ job });
    });
  }

  stop(): void {
    this.child.disconnect();
  }
}
