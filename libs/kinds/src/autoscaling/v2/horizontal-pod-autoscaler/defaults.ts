import type { autoscalingv2 } from '@navarch/api';

const CPU_PERCENT = 80;
const PERIOD_SECONDS = 15;

const everything = () => ({ type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS });

/** defaultAutoscaler completes a HorizontalPodAutoscaler, in place. */
export function defaultAutoscaler({ spec }: autoscalingv2.HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (spec.metrics?.length) return;
  spec.metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: CPU_PERCENT } } },
  ];
}

/** defaultBehavior completes the behavior in the versions that have it as a field: what annotations say of it stays as it is. In place. */
export function defaultBehavior({ spec }: autoscalingv2.HorizontalPodAutoscaler): void {
  if (!spec?.behavior) return;
  const up = (spec.behavior.scaleUp ??= {});
  up.selectPolicy ??= 'Max';
  up.stabilizationWindowSeconds ??= 0;
  up.policies ??= [{ type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS }, everything()];
  const down = (spec.behavior.scaleDown ??= {});
  down.selectPolicy ??= 'Max';
  down.policies ??= [everything()];
}
