import { CORE_SCHEMA, load } from 'js-yaml';
import { InvalidChartError } from '../../api/errors.ts';
import { parseVersion } from '../versions/version.ts';

export interface Dependency {
  readonly name: string;
  /** Exact or a range. */
  readonly version: string;
  /** URL, `file://` path, alias, or empty for one that lies in charts/ already. */
  readonly repository: string;
  /** What the chart is called here, where values are looked up for it. */
  readonly alias?: string;
  /** Paths of values, by commas: the first that is true or false decides whether the chart is used. */
  readonly condition?: string;
  /** Without a condition that decides: names in the map `tags` of the values. */
  readonly tags?: readonly string[];
}

/** The fields of Chart.yaml that we need; helm reads the rest. */
export interface ChartMetadata {
  readonly apiVersion: string;
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly isLibrary: boolean;
  readonly dependencies: readonly Dependency[];
}

const MAX_BYTES = 1_000_000;
const LIMITS = { maxAliases: 100, maxDepth: 50, schema: CORE_SCHEMA };
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,249}$/;

/** Throws an InvalidChartError whose message completes "the archive ...". */
export function parseChartYaml(bytes: Buffer): ChartMetadata {
  const fields = mapping(bytes, 'Chart.yaml');
  const name = text(fields['name']) ?? '';
  const version = text(fields['version']) ?? '';
  const appVersion = text(fields['appVersion']);
  if (!PLAIN_NAME.test(name)) {
    throw new InvalidChartError(
      `has a Chart.yaml with the name ${JSON.stringify(name)}, which is not a plain name`,
    );
  }
  if (!parseVersion(version)) {
    throw new InvalidChartError(
      `has a Chart.yaml with the version ${JSON.stringify(version)}, which is not a semantic version`,
    );
  }
  return {
    apiVersion: text(fields['apiVersion']) ?? 'v1',
    name,
    version,
    ...(appVersion === undefined ? {} : { appVersion }),
    isLibrary: fields['type'] === 'library',
    dependencies: dependenciesOf(fields, 'Chart.yaml'),
  };
}

/** Where charts of the apiVersion v1 list their dependencies. */
export function parseRequirementsYaml(bytes: Buffer): readonly Dependency[] {
  return dependenciesOf(mapping(bytes, 'requirements.yaml'), 'requirements.yaml');
}

function dependenciesOf(fields: Readonly<Record<string, unknown>>, file: string): readonly Dependency[] {
  const listed = fields['dependencies'] ?? [];
  if (!Array.isArray(listed)) throw new InvalidChartError(`has a ${file} whose dependencies are not a list`);
  return listed.map((entry: unknown) => {
    const { name, version, repository, alias, condition, tags } = isMapping(entry) ? entry : {};
    if (!PLAIN_NAME.test(text(name) ?? '')) {
      throw new InvalidChartError(`has a ${file} with a dependency without a plain name`);
    }
    return {
      ...{ name: text(name) ?? '', version: text(version) ?? '', repository: text(repository) ?? '' },
      ...optional('alias', text(alias)),
      ...optional('condition', text(condition)),
      ...(Array.isArray(tags) ? { tags: tags.map(text).filter((tag) => tag !== undefined) } : {}),
    };
  });
}

function optional<K extends string>(key: K, value: string | undefined): { readonly [k in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [k in K]: string });
}

function mapping(bytes: Buffer, file: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  if (bytes.length > MAX_BYTES) throw new InvalidChartError(`has a ${file} larger than 1 MB`);
  try {
    parsed = load(bytes.toString('utf8'), LIMITS);
  } catch (caught) {
    throw new InvalidChartError(`has a ${file} that is not YAML`, { cause: firstLine(caught) });
  }
  if (isMapping(parsed)) return parsed;
  throw new InvalidChartError(`has a ${file} that is not a map`);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As Helm reads a number where a text belongs: `appVersion: 1.10` is "1.1". Control characters go. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  return String(value).replace(/\p{C}/gu, '').slice(0, 2_000);
}

/** js-yaml goes on with an excerpt of the document, which is too long for a status. */
function firstLine(caught: unknown): Error {
  return new Error((caught instanceof Error ? caught.message : String(caught)).split('\n', 1)[0]);
}
