import { posix } from 'node:path';
import { InvalidChartError } from '../../api/errors.ts';
import { parseHelmYaml } from '../../values/helm-yaml.ts';
import { isMap, mergeValues, type ValuesMap } from '../../values/merge.ts';
import { parseConstraint } from '../versions/constraint.ts';
import { parseVersion } from '../versions/version.ts';
import { type ChartMetadata, type Dependency, parseChartYaml, parseRequirementsYaml } from './chart-yaml.ts';

/** The files of a chart with its subcharts, by their path within it. */
export type ChartTree = ReadonlyMap<string, Buffer>;

/** A chart within a chart: the folder it lies in, empty or with a slash at its end, and what it is called there. */
interface Node {
  readonly folder: string;
  readonly name: string;
  readonly metadata: ChartMetadata;
  /** What lies in its charts/ folder, by its own name. */
  readonly inside: readonly Node[];
  /** The same as its dependencies call it: one may be there several times, under several names. */
  readonly subcharts: readonly Node[];
}

/** What of a chart has to be read to know which of its subcharts are used. */
export function tellsOfSubcharts(path: string): boolean {
  return ['Chart.yaml', 'requirements.yaml', 'values.yaml'].includes(posix.basename(path));
}

/**
 * The folders of a chart and of those of its subcharts that helm uses with these values, by the conditions and tags of
 * its dependencies: the chart itself first, each with a slash at its end if it is not the empty one.
 */
export function usedCharts(tree: ChartTree, values: ValuesMap): readonly string[] {
  const root = nodeAt(tree, '');
  if (root === undefined) return [''];
  const defaults = new Map<string, ValuesMap>();
  let steps = 0;
  const defaultsOf = (folder: string): ValuesMap => {
    // Aliases multiply with each level: a small archive can describe more charts than anybody can count.
    if ((steps += 1) > MAX_STEPS)
      throw new InvalidChartError('the subcharts of the chart have too many aliases to follow: use fewer');
    const known = defaults.get(folder) ?? defaultsAt(tree, folder);
    defaults.set(folder, known);
    return known;
  };
  return [...new Set(foldersOf(defaultsOf, root, values, ''))];
}

const MAX_STEPS = 10_000;

/** The values that a chart sets itself. */
type DefaultsOf = (folder: string) => ValuesMap;

/** At each chart helm lays the values of that chart below all others, as if it were the topmost. */
function foldersOf(defaultsOf: DefaultsOf, chart: Node, values: ValuesMap, path: string): readonly string[] {
  const all = withDefaults(defaultsOf, chart, chart.subcharts, values);
  const { dependencies } = chart.metadata;
  const off = new Set(dependencies.filter((each) => !isEnabled(each, all, path)).map(nameInParent));
  const used = chart.subcharts.filter(({ name }) => !off.has(name));
  return [chart.folder, ...used.flatMap((each) => foldersOf(defaultsOf, each, all, `${path}${each.name}.`))];
}

/** The first of the conditions that is true or false; without one, the tags. */
function isEnabled({ tags = [], condition = '' }: Dependency, values: ValuesMap, path: string): boolean {
  for (const each of condition.trim().split(',')) {
    const value = each === '' ? undefined : valueAt(values, `${path}${each}`);
    if (typeof value === 'boolean') return value;
  }
  const given = mapIn(values, 'tags');
  const said = tags.map((tag) => given[tag]);
  return said.includes(true) || !said.includes(false);
}

function valueAt(values: ValuesMap, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined), values);
}

/** The chart in a folder with all that lies in its charts/ folder. */
function nodeAt(tree: ChartTree, folder: string): Node | undefined {
  const metadata = metadataAt(tree, folder);
  if (metadata === undefined) return undefined;
  const inside = foldersIn(tree, `${folder}charts/`)
    .map((each) => nodeAt(tree, each))
    .filter((node) => node !== undefined);
  const { name, dependencies } = metadata;
  const others = inside.filter((node) => !dependencies.some((each) => fits(each, node.metadata)));
  const listed = dependencies.flatMap((dependency) => {
    const node = inside.find((each) => fits(dependency, each.metadata));
    return node === undefined ? [] : [{ ...node, name: nameInParent(dependency) }];
  });
  return { folder, name, metadata, inside, subcharts: [...others, ...listed] };
}

function metadataAt(tree: ChartTree, folder: string): ChartMetadata | undefined {
  const file = tree.get(`${folder}Chart.yaml`);
  if (file === undefined) return undefined;
  const metadata = parseChartYaml(file);
  const requirements = metadata.apiVersion === 'v1' ? tree.get(`${folder}requirements.yaml`) : undefined;
  return requirements === undefined
    ? metadata
    : { ...metadata, dependencies: parseRequirementsYaml(requirements) };
}

/** Helm leaves out what begins with a dot or an underscore. */
function foldersIn(tree: ChartTree, within: string): readonly string[] {
  const names = [...tree.keys()]
    .filter((path) => path.startsWith(within))
    .map((path) => path.slice(within.length).split('/'))
    .filter(([name = '', ...rest]) => rest.length > 0 && !/^[._]/.test(name))
    .map(([name = '']) => `${within}${name}/`);
  return [...new Set(names)].sort();
}

function fits({ name, version }: Dependency, chart: ChartMetadata): boolean {
  const number = parseVersion(chart.version);
  return name === chart.name && number !== undefined && parseConstraint(version)?.allows(number) === true;
}

function nameInParent({ name, alias }: Dependency): string {
  return alias ?? name;
}

/** What the charts themselves set lies below what the user sets, and what is global above what is a subchart's own. */
function withDefaults(
  defaultsOf: DefaultsOf,
  { folder }: Node,
  subcharts: readonly Node[],
  values: ValuesMap,
): ValuesMap {
  const names = subcharts.map(({ name }) => name);
  let all = over(defaultsOf(folder), values, names);
  for (const subchart of subcharts) {
    const own = mapIn(all, subchart.name);
    const global = mergeValues(mapIn(own, 'global'), mapIn(all, 'global'));
    const inner = withDefaults(defaultsOf, subchart, subchart.inside, mergeValues(own, { global }));
    all = mergeValues(all, { [subchart.name]: inner });
  }
  return all;
}

function mapIn(values: ValuesMap, key: string): ValuesMap {
  const value = values[key];
  return isMap(value) ? value : {};
}

/**
 * A null takes a default away and is gone with it; where there is none, and in what is a subchart's, it stays for the
 * defaults of the subcharts below.
 */
function over(defaults: ValuesMap, values: ValuesMap, subcharts: readonly string[]): ValuesMap {
  const gone = (key: string): boolean => values[key] === null && Object.hasOwn(defaults, key);
  const merged = Object.entries({ ...defaults, ...values })
    .filter(([key]) => !gone(key))
    .map(([key, value]) => {
      const below = defaults[key];
      if (!isMap(value) || !isMap(below)) return [key, value] as const;
      return [key, subcharts.includes(key) ? mergeValues(below, value) : over(below, value, [])] as const;
    });
  return Object.fromEntries(merged);
}

function defaultsAt(tree: ChartTree, folder: string): ValuesMap {
  const file = tree.get(`${folder}values.yaml`);
  if (file === undefined) return {};
  return withoutNulls(parseHelmYaml(file).documents.filter(isMap).reduce<ValuesMap>(mergeValues, {}));
}

/** A default that is null is none. */
function withoutNulls(values: ValuesMap): ValuesMap {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(given.map(([key, value]) => [key, isMap(value) ? withoutNulls(value) : value]));
}
