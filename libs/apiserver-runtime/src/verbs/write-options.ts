import { field, goQuote, type StatusCause } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { checkDryRun, throwInvalidOptions } from './option-causes';
import type { FieldValidation } from '../encoding/target';

/** WriteOptions are CreateOptions, UpdateOptions or PatchOptions, checked. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** fieldManager is the one given, '' else. */
  readonly fieldManager: string;
  readonly force: boolean;
  readonly fieldValidation: FieldValidation;
}

/** FIELD_VALIDATION_SINCE is the first release that validates fields by default. */
export const FIELD_VALIDATION_SINCE: Minor = 25;

/** writeOptionsOf reads and checks a write's query; `apply` for server-side apply. Throws the documented 422. */
export function writeOptionsOf(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  query: URLSearchParams,
  emulated: Minor,
  apply = false,
): WriteOptions {
  const causes: StatusCause[] = [];
  const fieldManager = query.get('fieldManager') ?? '';
  const force = query.get('force');
  if (kind === 'PatchOptions') checkPatch(apply, fieldManager, force, causes);
  checkManager(fieldManager, emulated, causes);
  const dryRun = checkDryRun(query.getAll('dryRun'), causes);
  const fieldValidation = checkFieldValidation(query.get('fieldValidation') ?? '', emulated, causes);
  throwInvalidOptions(kind, causes);
  return { dryRun, fieldManager, force: force !== null && force !== 'false' && force !== '0', fieldValidation };
}

function checkPatch(apply: boolean, fieldManager: string, force: string | null, causes: StatusCause[]): void {
  if (apply && !fieldManager) {
    causes.push({
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    });
  }
  if (!apply && force !== null) {
    causes.push({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: may not be specified for non-apply patch',
      field: 'force',
    });
  }
}

function checkManager(manager: string, emulated: Minor, causes: StatusCause[]): void {
  if (Buffer.byteLength(manager) > 128) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: ${field.atMostBytes(128, emulated)}`,
      field: 'fieldManager',
    });
  }
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(manager);
  if (odd) {
    const at = Buffer.byteLength(manager.slice(0, odd.index));
    const message = `Invalid value: ${goQuote(manager)}: invalid character ${codePoint(odd[0])} (at position ${at})`;
    causes.push({ reason: 'FieldValueInvalid', message, field: 'fieldManager' });
  }
}

/** codePoint names a character that cannot be printed: `U+0001`. */
function codePoint(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

function checkFieldValidation(value: string, emulated: Minor, causes: StatusCause[]): FieldValidation {
  if (emulated < FIELD_VALIDATION_SINCE) return 'Ignore';
  if (value === '') return 'Warn';
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') return value;
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: "", "Ignore", "Strict", "Warn"`;
  causes.push({ reason: 'FieldValueNotSupported', message, field: 'fieldValidation' });
  return 'Warn';
}

/** managerOf is whose fields a write changes: the given field manager, or what the User-Agent begins with. */
export function managerOf(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager) return fieldManager;
  const head = (userAgent ?? '').split('/', 1)[0]!;
  let manager = '';
  for (const c of head) {
    if (/[\p{C}\p{Zl}\p{Zp}]/u.test(c)) continue;
    if (Buffer.byteLength(manager + c) > 128) break;
    manager += c;
  }
  return manager || 'unknown';
}
