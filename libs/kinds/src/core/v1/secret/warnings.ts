import type { corev1 } from '@navarch/api';
import type { Minor, StrategyContext } from '../../../kind';
import { keyPairProblem } from '../../../shared/pem';

/** PAIRS is the first release that warns of certificates which do not go with their keys. */
const PAIRS: Minor = 24;

/** secretWarnings warn of a certificate for TLS that no server can use. */
export function secretWarnings(
  { type, data = {} }: corev1.Secret,
  _old: corev1.Secret | undefined,
  { emulated }: StrategyContext,
): string[] {
  if (type !== 'kubernetes.io/tls' || emulated < PAIRS) return [];
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('latin1');
  const problem = keyPairProblem(text('tls.crt'), text('tls.key'));
  return problem === undefined ? [] : [problem];
}
