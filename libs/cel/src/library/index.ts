import { Environment, since } from '../environment';
import { ADDRESSES } from './addresses';
import { AUTHORIZATION, AUTHORIZATION_BY_SELECTORS } from './authorizer';
import { CONVERSIONS } from './conversions';
import { FORMATS } from './formats';
import { LISTS, SETS } from './lists';
import { OPERATORS } from './operators';
import { OPTIONALS } from './optionals';
import { QUANTITIES } from './quantity';
import { REGEX } from './regex';
import { SEMVERS } from './semver';
import { FORMATTING, STRINGS } from './strings';
import { TIME } from './time';
import { URLS } from './url';

/**
 * KUBERNETES is the environment of every expression in the API: the language, and Kubernetes' libraries. It has no variables.
 * A library may be written from the release on after that which brought it, so that a server of the release before can read it.
 */
export const KUBERNETES = Environment.of(
  OPERATORS,
  CONVERSIONS,
  TIME,
  STRINGS,
  REGEX,
  LISTS,
  URLS,
  since(29, OPTIONALS),
  since(29, QUANTITIES),
  since(30, FORMATTING),
  since(30, SETS),
  since(31, ADDRESSES),
  since(32, FORMATS),
  since(34, SEMVERS),
);

/** WITH_AUTHORIZER adds the functions of authorization checks. */
export const WITH_AUTHORIZER = KUBERNETES.withFunctions(
  since(28, AUTHORIZATION),
  since(32, AUTHORIZATION_BY_SELECTORS),
);
