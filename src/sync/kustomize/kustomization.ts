import type { ValuesMap } from '../../values/merge.ts';
import { isMap } from '../../values/merge.ts';
import { data, type Fields, FILE, listOf, map, references, refused } from './fields.ts';
import { documentsIn } from './documents.ts';
import { RefusedError } from './refused.ts';

/** Names that kustomize looks for in a folder. */
export const KUSTOMIZATION_NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const;

const NO_HELM =
  'charts are not rendered while manifests are built: write a HelmRelease, which is what this operator is for';

const GENERATOR_FIELDS = {
  ...data('name', 'namespace', 'behavior', 'literals', 'options'),
  files: listOf({ kind: 'keyed-file' }),
  envs: references('file'),
  env: FILE,
} as const satisfies Readonly<Record<string, Fields>>;

/** Shared with the documents of generators and transformers. */
export const CONFIG_MAP_FIELDS: Readonly<Record<string, Fields>> = GENERATOR_FIELDS;
export const SECRET_FIELDS: Readonly<Record<string, Fields>> = { ...GENERATOR_FIELDS, ...data('type') };
export const REPLACEMENTS = listOf(map({ ...data('source', 'targets', 'sourceValue'), path: FILE }));

const PATCHES = listOf(map({ ...data('patch', 'target', 'options'), path: FILE }));

/** Every field of a kustomization of kustomize 5.8.1; the version of the program is checked against it. */
export const KUSTOMIZATION_FIELDS = map({
  ...data(
    'apiVersion',
    'kind',
    'metadata',
    'namePrefix',
    'nameSuffix',
    'namespace',
    'commonLabels',
    'labels',
  ),
  ...data('commonAnnotations', 'images', 'imageTags', 'replicas', 'vars', 'sortOptions', 'generatorOptions'),
  ...data('buildMetadata'),
  openapi: map({ ...data('version'), path: FILE }),
  resources: references('folder-or-file'),
  bases: references('folder-or-file'),
  components: references('folder'),
  crds: references('file'),
  configurations: references('file'),
  patches: PATCHES,
  patchesJson6902: PATCHES,
  patchesStrategicMerge: references('inline-or-file'),
  replacements: REPLACEMENTS,
  configMapGenerator: listOf(map(CONFIG_MAP_FIELDS)),
  secretGenerator: listOf(map(SECRET_FIELDS)),
  generators: references('plugin'),
  transformers: references('plugin'),
  validators: references('plugin'),
  helmCharts: refused(NO_HELM),
  helmGlobals: refused(NO_HELM),
  helmChartInflationGenerator: refused(NO_HELM),
});

/** Reads a kustomization; what its fields hold is for `mapReferences` to check. */
export function parseKustomization(bytes: Uint8Array): ValuesMap {
  const documents = documentsIn(bytes);
  const [only, ...more] = documents;
  if (only === undefined) throw new RefusedError('is empty: name what it is made of under resources');
  if (more.length > 0) throw new RefusedError('must hold one document, and kustomize reads only the first');
  if (!isMap(only)) throw new RefusedError('must be a map');
  return only;
}
