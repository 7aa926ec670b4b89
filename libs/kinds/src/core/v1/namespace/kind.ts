import { Namespaces } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { specStrategy, statusStrategy } from '../../../shared/strategies';

/** namespace declares Namespace. */
export const namespace = defineKind({
  resource: Namespaces,
  versions: [
    served('v1', 'Namespace'),
  ],
  shortNames: ['ns'],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  strategy: specStrategy({}),
  subresources: {
    status: statusStrategy(),
    writes: { finalize: { strategy: statusStrategy(), verbs: ['update'] } },
  },
});
