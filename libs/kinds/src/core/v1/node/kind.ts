import { Nodes } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';
import { proxyConnect } from '../../../shared/connects';

/** node declares Node. */
export const node = defineKind({
  resource: Nodes,
  versions: [
    served('v1', 'Node'),
  ],
  storagePath: 'minions',
  shortNames: ['no'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
    connects: { proxy: proxyConnect('NodeProxyOptions') },
  },
});
