type Json = Record<string, unknown>;

/** Shared are paths whose parameters refer to those that many operations have alike, by name. */
export interface Shared {
  readonly paths: Record<string, Json>;
  readonly parameters: Readonly<Record<string, Json>>;
}

/** FIELDS are those of a parameter of Swagger 2.0 in the order in which its name is made of them. */
const FIELDS = ['uniqueItems', 'type', 'format', 'description', 'name', 'in', 'required', 'schema'];

/** OWN are parameters that stay where they are: kubectl up to 1.27 looks for them there. */
const OWN = new Set(['name', 'dryRun', 'fieldValidation']);
const GENERIC_BODY = '#/definitions/io.k8s.apimachinery';

/** shareParameters puts a reference in the place of every parameter that is not a kind's own. Pure. */
export function shareParameters(paths: Readonly<Record<string, Json>>): Shared {
  const parameters: Record<string, Json> = {};
  const share = (parameter: Json): Json => {
    if (isOwn(parameter)) return parameter;
    const name = sharedName(parameter);
    parameters[name] ??= parameter;
    return { $ref: `#/parameters/${name}` };
  };
  const sharing = (part: Json): Json =>
    part['parameters'] ? { ...part, parameters: (part['parameters'] as Json[]).map(share) } : part;
  const shared = Object.entries(paths).map(([path, item]) => {
    const operations = Object.entries(item).map(([name, part]) => [
      name,
      name === 'parameters' ? part : sharing(part as Json),
    ]);
    return [path, sharing(Object.fromEntries(operations) as Json)] as const;
  });
  return { paths: Object.fromEntries(shared), parameters };
}

function isOwn({ name, in: place, schema }: Json): boolean {
  if (place === 'body') return !String((schema as Json | undefined)?.['$ref'] ?? '').startsWith(GENERIC_BODY);
  return OWN.has(name as string);
}

/** sharedName is a parameter's own name and a hash of all that it says, as the API's own documents have it. */
function sharedName(parameter: Json): string {
  const known = names.get(parameter);
  if (known) return known;
  const text = JSON.stringify(Object.fromEntries(FIELDS.map(field => [field, parameter[field]])));
  const name = `${parameter['name'] as string}-${hash(text)}`;
  names.set(parameter, name);
  return name;
}

const names = new WeakMap<Json, string>();

const FNV = { offset: 0xcbf29ce484222325n, prime: 0x100000001b3n };

/** hash is the first six bytes of FNV-1 in 64 bits, in base64 for addresses. */
function hash(text: string): string {
  let sum = FNV.offset;
  for (const byte of Buffer.from(text)) sum = BigInt.asUintN(64, sum * FNV.prime) ^ BigInt(byte);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(sum);
  return bytes.subarray(0, 6).toString('base64url');
}
