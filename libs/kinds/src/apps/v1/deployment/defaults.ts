import type { appsv1 } from '@navarch/api';
import { defaultTemplate } from '../../../core/v1/pod/defaults';
import type { Minor } from '../../../kind';

/** defaultDeployment completes a Deployment of apps/v1, in place. */
export function defaultDeployment({ spec }: appsv1.Deployment, emulated: Minor): void {
  if (!spec) return;
  if (spec.template) defaultTemplate(spec.template, emulated);
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= '25%';
    rolling.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}
