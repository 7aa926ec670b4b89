import { StopStack } from '@navarch/base';
import { CriClient, HollowRuntime } from '@navarch/cri';
import { runComponent } from '@navarch/nest-host';
import { typedEvents } from './events/typed-events';
import { KUBELET_FLAGS, isHollow, kubeletOptions, nodeNameOf } from './flags';
import { Kubelet } from './kubelet';
import { kubeletAttributes } from './server/kubelet-server';

let nodeName = '';

await runComponent({
  name: 'kubelet',
  description: 'Runs the pods of one node by a container runtime (CRI v1)',
  flags: KUBELET_FLAGS,
  serving: { port: 10250, secure: true, attributes: kubeletAttributes(() => nodeName) },
  client: true,
  async start(host) {
    const { flags, log, clock, client, informers } = host;
    nodeName = nodeNameOf(flags);
    const options = kubeletOptions(flags, host.serving.port);
    const hollow = isHollow(flags);
    if (hollow) log.warn('The runtime is hollow: pods are simulated, nothing runs');
    const socket = flags['container-runtime-endpoint'].replace(/^unix:\/\//, '');
    const runtime = hollow
      ? new HollowRuntime({ podCidr: options.podCidr || undefined })
      : await CriClient.create({ socket });
    const stack = new StopStack();
    stack.push({ stop: () => Promise.resolve(runtime.close()) });
    const kubelet = new Kubelet({
      client,
      informers,
      runtime,
      events: typedEvents(host.events('kubelet')),
      clock,
      log,
      options,
      metrics: host.metrics,
    });
    host.health.add(
      'syncloop',
      () => {
        const problem = kubelet.notReady();
        if (problem) throw new Error(problem);
      },
      ['readyz'],
    );
    stack.push(kubelet);
    await kubelet.start(host.serving);
    return stack;
  },
});
