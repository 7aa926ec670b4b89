import { ConfigMaps } from '@navarch/api';
import { defineKind } from '../../../kind';
import { served } from '../../../shared/served';
import { plainStrategy } from '../../../shared/strategies';

/** configMap declares ConfigMap. */
export const configMap = defineKind({
  resource: ConfigMaps,
  versions: [
    served('v1', 'ConfigMap'),
  ],
  shortNames: ['cm'],
  strategy: plainStrategy(),
});
