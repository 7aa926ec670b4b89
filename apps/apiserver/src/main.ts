import { runComponent } from '@navarch/nest-host';
import { setFlagsFromString } from 'node:v8';
import { FLAGS } from './flags';
import { startApiServer } from './server';

// The heap is collected when it has doubled; V8 by itself lets garbage grow to several times what is alive (docs/benchmarks.md).
setFlagsFromString('--heap-growing-percent=100');

await runComponent({
  name: 'kube-apiserver',
  description:
    'kube-apiserver serves the Kubernetes API over HTTPS and over the cluster bus, and keeps its objects in etcd.',
  flags: FLAGS,
  client: false,
  start: startApiServer,
});
