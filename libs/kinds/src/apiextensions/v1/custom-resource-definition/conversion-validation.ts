import type { apiextensionsv1 } from '@navarch/api';
import { field, foundIn, isDNS1035Label, Path, type FieldError } from '@navarch/apimachinery';
import { validateClientConfig } from '../../../admissionregistration/v1/shared/client-config';
import { caBundleProblem } from '../../../shared/ca-bundle';
import { each, invalidStruct, oneOfRequired } from '../../../shared/errors';
import { goBytes, goStrings } from '../../../shared/go-syntax';

/** ConversionLimits are what is asked of a conversion: less of one that was without before. */
export interface ConversionLimits {
  /** review: a converting webhook accepts a version of ConversionReview that is spoken. */
  readonly review: boolean;
  /** caBundle: the certificates by which a converting webhook is known are some. */
  readonly caBundle: boolean;
}

/** isKnownReview tells the versions of ConversionReview that are spoken. */
export const isKnownReview = (version: string) => version === 'v1' || version === 'v1beta1';

/** validateConversion checks how objects of one version become objects of another. */
export function validateConversion(
  conversion: apiextensionsv1.CustomResourceConversion | undefined,
  limits: ConversionLimits,
): FieldError[] {
  const path = Path.at('spec', 'conversion');
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const { clientConfig, conversionReviewVersions } = webhook ?? {};
  const errors = oneOfRequired(path.child('strategy'), strategy, ['None', 'Webhook']);
  const [config, reviews] = [path.child('webhookClientConfig'), path.child('conversionReviewVersions')];
  if (strategy !== 'Webhook') {
    const why = 'should not be set when strategy is not set to Webhook';
    if (clientConfig) errors.push(field.forbidden(config, why));
    if (conversionReviewVersions?.length) errors.push(field.forbidden(reviews, why));
    return errors;
  }
  return [
    ...errors,
    ...(clientConfig
      ? [
          ...validateClientConfig(clientConfig, config),
          ...(limits.caBundle ? validateBundle(clientConfig, config.child('caBundle')) : []),
        ]
      : [field.required(config, 'required when strategy is set to Webhook')]),
    ...validateReviews(conversionReviewVersions ?? [], reviews, limits),
  ];
}

function validateBundle({ caBundle }: apiextensionsv1.WebhookClientConfig, path: Path): FieldError[] {
  const problem = caBundleProblem(caBundle);
  return problem === undefined ? [] : [invalidStruct(path, goBytes(Buffer.from(caBundle ?? '', 'base64')), problem)];
}

function validateReviews(versions: readonly string[], path: Path, { review }: ConversionLimits): FieldError[] {
  if (!versions.length) return [field.required(path)];
  const errors = foundIn(versions, (version, i) =>
    versions.indexOf(version) < i
      ? [field.invalid(path.index(i), version, 'duplicate version')]
      : each(path.index(i), version, isDNS1035Label(version)),
  );
  if (!review || versions.some(isKnownReview)) return errors;
  return [...errors, invalidStruct(path, goStrings(versions), 'must include at least one of v1, v1beta1')];
}
