const API = 'io.k8s.apimachinery.pkg';

/** SpecialForm is the JSON form of a message that is not an object of its fields. */
export type SpecialForm =
  | 'time'
  | 'microTime'
  | 'duration'
  | 'quantity'
  | 'intOrString'
  | 'rawObject'
  | 'fieldsV1'
  | 'stringList'
  | 'json'
  | 'jsonOrList'
  | 'jsonOrBool'
  | 'jsonOrStrings';

const SPECIAL = new Map<string, SpecialForm>([
  [`${API}.apis.meta.v1.Time`, 'time'],
  [`${API}.apis.meta.v1.MicroTime`, 'microTime'],
  [`${API}.apis.meta.v1.Duration`, 'duration'],
  [`${API}.apis.meta.v1.FieldsV1`, 'fieldsV1'],
  [`${API}.apis.meta.v1.Verbs`, 'stringList'],
  [`${API}.api.resource.Quantity`, 'quantity'],
  [`${API}.util.intstr.IntOrString`, 'intOrString'],
  [`${API}.runtime.RawExtension`, 'rawObject'],
]);
SPECIAL.set('io.k8s.api.authentication.v1.AttestationValue', 'stringList');
for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
  for (const group of ['authentication', 'authorization', 'certificates'])
    SPECIAL.set(`io.k8s.api.${group}.${version}.ExtraValue`, 'stringList');
  const crd = `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}`;
  SPECIAL.set(`${crd}.JSON`, 'json');
  SPECIAL.set(`${crd}.JSONSchemaPropsOrArray`, 'jsonOrList');
  SPECIAL.set(`${crd}.JSONSchemaPropsOrBool`, 'jsonOrBool');
  SPECIAL.set(`${crd}.JSONSchemaPropsOrStringArray`, 'jsonOrStrings');
}

/** specialForm answers how a message's JSON form differs from an object of its fields; undefined for ordinary messages. */
export function specialForm(defName: string): SpecialForm | undefined {
  return SPECIAL.get(defName);
}

/** schemaWithin is the schema that a message stands for which may also be a list or a truth value; any other message itself. */
export function schemaWithin(defName: string): string {
  return specialForm(defName)?.startsWith('jsonOr') ? defName.replace(/Or(Array|Bool|StringArray)$/, '') : defName;
}
