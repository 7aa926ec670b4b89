import { RE2JS } from 're2js';
import { upTo } from '../cost/interval';
import { matching } from '../cost/model';
import { fn, method, type Library } from '../environment';
import { CelError } from '../errors';
import { BOOL, INT, listOf, STRING } from '../types';
import { List, type Value } from '../values';

const KEPT = 256;
const compiled = new Map<string, RE2JS>();

/** pattern compiles an expression of RE2, whose matching takes time linear in the text; the last ones are kept. */
function pattern(text: string): RE2JS {
  let found = compiled.get(text);
  if (!found) {
    try {
      found = RE2JS.compile(text);
    } catch (error) {
      throw new CelError(error instanceof Error ? error.message : String(error));
    }
    if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value!);
    compiled.set(text, found);
  }
  return found;
}

function compiles([, text]: readonly (Value | undefined)[]): boolean {
  if (typeof text !== 'string') return true;
  try {
    pattern(text);
    return true;
  } catch {
    return false;
  }
}

function findAll(text: string, regex: string, limit = -1n): List {
  const matcher = pattern(regex).matcher(text);
  const found: string[] = [];
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group()!);
  return new List(found);
}

function find(text: string, regex: string): string {
  const matcher = pattern(regex).matcher(text);
  return matcher.find() ? matcher.group()! : '';
}

const matches = (text: string, regex: string) => pattern(regex).matcher(text).find();
const match = { costs: matching(), check: compiles };
/** FOUND is as large as the text at most: a list of its characters, or all of it. */
const FOUND = matching(([text]) => ({ size: upTo(text!.size.max) }));
const finding = { costs: FOUND, check: compiles };

/** REGEX are the functions of regular expressions. */
export const REGEX: Library = {
  matches: [fn([STRING, STRING], BOOL, matches, match), method([STRING, STRING], BOOL, matches, match)],
  find: [method([STRING, STRING], STRING, find, finding)],
  findAll: [
    method([STRING, STRING], listOf(STRING), findAll, finding),
    method([STRING, STRING, INT], listOf(STRING), findAll, { costs: FOUND }),
  ],
};
