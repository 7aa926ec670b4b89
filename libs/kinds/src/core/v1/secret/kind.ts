import { Secrets } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** secret declares Secret. */
export const secret = defineKind({
  resource: Secrets,
  versions: [
    served('v1', 'Secret'),
  ],
  strategy: plainStrategy(),
});
