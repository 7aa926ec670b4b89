import { Environment } from '../environment';
import { ADDRESSES } from './addresses';
import { AUTHORIZATION } from './authorizer';
import { CONVERSIONS } from './conversions';
import { FORMATS } from './formats';
import { LISTS } from './lists';
import { OPERATORS } from './operators';
import { OPTIONALS } from './optionals';
import { QUANTITIES } from './quantity';
import { REGEX } from './regex';
import { SEMVERS } from './semver';
import { STRINGS } from './strings';
import { TIME } from './time';
import { URLS } from './url';

/** KUBERNETES is the environment of every expression in the API: the language, and Kubernetes' libraries. It has no variables. */
export const KUBERNETES = Environment.of(
  OPERATORS,
  CONVERSIONS,
  TIME,
  STRINGS,
  REGEX,
  LISTS,
  OPTIONALS,
  QUANTITIES,
  URLS,
  ADDRESSES,
  FORMATS,
  SEMVERS,
);

/** WITH_AUTHORIZER adds the functions of authorization checks. */
export const WITH_AUTHORIZER = KUBERNETES.withFunctions(AUTHORIZATION);
