import { isMap, type ValuesMap } from '../../values/merge.ts';
import { documentsIn } from './documents.ts';
import { data, type Fields, FILE, map, mapReferences, references, type Visit } from './fields.ts';
import { CONFIG_MAP_FIELDS, REPLACEMENTS, SECRET_FIELDS } from './kustomization.ts';
import { RefusedError } from './refused.ts';

/** What is built into kustomize 5.8.1, but for its generator that runs helm. */
const BUILTIN: Readonly<Record<string, Readonly<Record<string, Fields>>>> = {
  AnnotationsTransformer: data('annotations', 'fieldSpecs'),
  ConfigMapGenerator: CONFIG_MAP_FIELDS,
  HashTransformer: {},
  IAMPolicyGenerator: data('cloud', 'kubernetesService', 'serviceAccount'),
  ImageTagTransformer: data('imageTag', 'fieldSpecs'),
  LabelTransformer: data('labels', 'fieldSpecs'),
  NamespaceTransformer: data('fieldSpecs', 'unsetOnly', 'setRoleBindingSubjects'),
  PatchJson6902Transformer: { ...data('target', 'jsonOp'), path: FILE },
  PatchStrategicMergeTransformer: { ...data('patches'), paths: references('inline-or-file') },
  PatchTransformer: { ...data('patch', 'target', 'options'), path: FILE },
  PrefixTransformer: data('prefix', 'fieldSpecs'),
  ReplacementTransformer: { replacements: REPLACEMENTS },
  ReplicaCountTransformer: data('replica', 'fieldSpecs'),
  SecretGenerator: SECRET_FIELDS,
  SuffixTransformer: data('suffix', 'fieldSpecs'),
  ValueAddTransformer: { ...data('value', 'targets'), targetFilePath: FILE },
};

/** Annotations by which kustomize and its relatives run a container or a program. */
const FUNCTION = /^config\.(?:kubernetes|k8s)\.io\/function$/i;

/** Reads the configuration of generators, transformers or validators. */
export function parsePluginConfig(bytes: Uint8Array): readonly ValuesMap[] {
  const documents = documentsIn(bytes);
  if (documents.length === 0) throw new RefusedError('configures nothing');
  return documents.map((document) => {
    if (isMap(document)) return document;
    throw new RefusedError('holds something that configures no generator or transformer: it must be a map');
  });
}

/** As mapReferences. Throws for what is not built into kustomize: it would be a program, or a container. */
export function mapPluginReferences(config: ValuesMap, visit: Visit): unknown {
  const { apiVersion, kind, metadata } = config;
  if (isMap(metadata) && isMap(metadata['annotations'])) {
    const bad = Object.keys(metadata['annotations']).find((name) => FUNCTION.test(name));
    if (bad !== undefined) {
      throw new RefusedError('asks for a function to be run, and none is', {
        field: `metadata.annotations.${bad}`,
      });
    }
  }
  if (apiVersion !== 'builtin') {
    throw new RefusedError(
      'must be builtin: programs and containers that generate or transform are not run here',
      { field: 'apiVersion' },
    );
  }
  const fields = typeof kind === 'string' && Object.hasOwn(BUILTIN, kind) ? BUILTIN[kind] : undefined;
  if (fields === undefined) {
    throw new RefusedError(
      kind === 'HelmChartInflationGenerator'
        ? 'charts are not rendered while manifests are built: write a HelmRelease'
        : `must be one of those built into kustomize: ${Object.keys(BUILTIN).join(', ')}`,
      { field: 'kind' },
    );
  }
  return mapReferences(config, map({ ...data('apiVersion', 'kind', 'metadata'), ...fields }), '', visit);
}
