import { runComponent } from '@navarch/nest-host';
import { FLAGS } from './flags';
import { startApiServer } from './server';

await runComponent({
  name: 'kube-apiserver',
  description:
    'kube-apiserver serves the Kubernetes API over HTTPS and over the cluster bus, and keeps its objects in etcd.',
  flags: FLAGS,
  client: false,
  start: startApiServer,
});
