import { fieldsOf, openApiDefinitions, type OpenApiFlavour } from '@navarch/api';
import type { GroupVersion } from '@navarch/apimachinery';
import type { Minor } from '@navarch/kinds';
import { releaseVersion } from '../release-version';
import { customDefinitions } from './custom-definitions';
import { definitionsOf } from './operation';
import { v2Paths, v3Paths } from './paths';
import { shareParameters } from './shared-parameters';
import { contentOf, operationsIn, type Section } from './sections';

type Json = Record<string, unknown>;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
/** CUSTOM_NEEDS are the definitions that those of custom resources refer to. */
const CUSTOM_NEEDS = [`${META}.ObjectMeta`, `${META}.ListMeta`];
/** EVERYWHERE are the definitions that every version has as its own; SENT are the versions that webhooks are asked in. */
const EVERYWHERE = ['DeleteOptions', 'WatchEvent'];
const SENT: readonly GroupVersion[] = [
  { group: 'admission.k8s.io', version: 'v1' },
  { group: 'admission.k8s.io', version: 'v1beta1' },
  { group: 'imagepolicy.k8s.io', version: 'v1alpha1' },
];
const KINDS = 'x-kubernetes-group-version-kind';
const TOKEN = {
  description: 'Bearer Token authentication',
  type: 'apiKey',
  name: 'authorization',
  in: 'header',
};

/** SwaggerParts are what a Swagger document of many sections is put together from. */
interface SwaggerParts {
  readonly content: string;
  readonly paths: Record<string, Json>;
  readonly definitions: Record<string, Json>;
  /** parameters are those that paths refer to; none before SHARED_SINCE. */
  readonly parameters: Readonly<Record<string, Json>>;
}

/** SHARED_SINCE is the first release whose operations share their parameters, which halves the document. */
const SHARED_SINCE: Minor = 28;

/** Documents makes the documents about what a server of the release `emulated` serves. */
export class Documents {
  private builtin: SwaggerParts | undefined;

  /** The versions are those of built-in kinds. */
  constructor(
    private readonly emulated: Minor,
    private readonly versions: () => readonly GroupVersion[],
  ) {}

  /** v2 is the Swagger document of all sections. */
  v2(sections: readonly Section[]): Json & Omit<SwaggerParts, 'content'> {
    const builtin = sections.map(section => ({ ...section, endpoints: section.endpoints.filter(e => !e.custom) }));
    const custom = sections.map(({ key, endpoints }) => ({
      key,
      endpoints: endpoints.filter(e => e.custom),
      operations: [],
    }));
    // What is built in is by far the most: it is made once, and not again when a custom resource changes.
    const content = contentOf(builtin);
    if (this.builtin?.content !== content) this.builtin = { content, ...this.swaggerParts(builtin) };
    const { paths, definitions, parameters } = this.swaggerParts(custom);
    const shared = Object.entries({ ...this.builtin.parameters, ...parameters });
    return {
      swagger: '2.0',
      info: this.info(),
      paths: { ...this.builtin.paths, ...paths },
      definitions: { ...this.builtin.definitions, ...definitions },
      parameters: Object.fromEntries(shared.sort(([a], [b]) => (a < b ? -1 : 1))),
      securityDefinitions: { BearerToken: TOKEN },
      security: [{ BearerToken: [] }],
    };
  }

  /** v3 is the document of one section. */
  v3(section: Section): Json {
    const operations = operationsIn(section, this.emulated);
    const schemas = this.definitions(section, definitionsOf(operations), 'v3');
    return {
      openapi: '3.0.0',
      info: this.info(),
      paths: v3Paths(operations),
      components: {
        ...(Object.keys(schemas).length > 0 && { schemas }),
        securitySchemes: { BearerToken: TOKEN },
      },
    };
  }

  private info(): Json {
    return { title: 'Kubernetes', version: releaseVersion(this.emulated) };
  }

  private swaggerParts(sections: readonly Section[]): Omit<SwaggerParts, 'content'> {
    const operations = sections.flatMap(section => operationsIn(section, this.emulated));
    const endpoints = sections.flatMap(section => section.endpoints);
    const paths = v2Paths(operations);
    return {
      ...(this.emulated < SHARED_SINCE ? { paths, parameters: {} } : shareParameters(paths)),
      definitions: this.definitions({ endpoints }, definitionsOf(operations), 'v2'),
    };
  }

  /** definitions are the named ones with all that they refer to, and those of custom resources. */
  private definitions(
    { endpoints }: Pick<Section, 'endpoints'>,
    names: ReadonlySet<string>,
    flavour: OpenApiFlavour,
  ): Record<string, Json> {
    const builtin = [...names, ...(endpoints.some(e => e.custom) ? CUSTOM_NEEDS : [])].filter(name => fieldsOf(name));
    const definitions = openApiDefinitions(builtin, flavour, this.emulated);
    for (const kind of EVERYWHERE) {
      const definition = definitions[`${META}.${kind}`];
      if (definition) definition[KINDS] = this.everywhere(kind);
    }
    return { ...definitions, ...customDefinitions(endpoints, flavour, this.emulated) };
  }

  private everywhere(kind: string): Json[] {
    const rank = ({ group, version }: GroupVersion) => `${group}/${version}`;
    return [...this.versions(), ...SENT]
      .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
      .map(({ group, version }) => ({ group, kind, version }));
  }
}
