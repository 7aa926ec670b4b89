import type { AdmissionPlugin } from '@navarch/apiserver-runtime';
import { refuse } from './refuse';

/** alwaysAdmit (off by default) has nothing against anything. */
export const alwaysAdmit: AdmissionPlugin = { name: 'AlwaysAdmit', handles: () => false };

/** alwaysDeny (off by default) refuses every write, to test with. */
export const alwaysDeny: AdmissionPlugin = {
  name: 'AlwaysDeny',
  handles: () => true,
  validate(attributes) {
    throw refuse(attributes, 'admission control is denying all modifications');
  },
};
