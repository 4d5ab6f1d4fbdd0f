import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, InvalidChartError } from '../../api/errors.ts';
import { apiVersionOf, CUSTOM_RESOURCE_DEFINITIONS, type KubeObject } from '../../kube/resource-type.ts';
import { HelmYamlError, parseHelmYaml } from '../../values/helm-yaml.ts';
import { isMap, type ValuesMap } from '../../values/merge.ts';
import { tellsOfSubcharts, usedCharts } from './subcharts.ts';
import { walkChart } from './walk.ts';

const MAX_DEFINITIONS = 1_000;
const EXTENSION = /\.(?:ya?ml|json)$/i;
const IN_CRDS = /(?:^|\/)crds\//;

/**
 * The CustomResourceDefinitions in the crds/ folders of a packaged chart and of those of its subcharts that these values
 * use: in the order of their paths, those of the chart itself first, of several with one name the first. What holds
 * anything else throws an InvalidChartError that names the file; the definitions themselves are for the API server to
 * check.
 */
export async function readDefinitions(archive: string, values: ValuesMap): Promise<readonly KubeObject[]> {
  const tree = new Map<string, Buffer>();
  await walkChart(archive, (path, bytes) => {
    const isManifest = IN_CRDS.test(path) && EXTENSION.test(path);
    if (isManifest || tellsOfSubcharts(path)) tree.set(path, bytes);
  });
  const found = new Map<string, KubeObject>();
  for (const folder of usedCharts(tree, values)) {
    const within = `${folder}crds/`;
    const paths = [...tree.keys()].filter((path) => path.startsWith(within) && EXTENSION.test(path));
    for (const path of paths.sort()) {
      for (const definition of definitionsIn(path, tree.get(path))) {
        const { name } = definition.metadata;
        if (!found.has(name)) found.set(name, definition);
        if (found.size > MAX_DEFINITIONS) throw tooMany();
      }
      // Some are as large as half a megabyte, and there may be many of them.
      await setImmediate();
    }
  }
  return [...found.values()];
}

function definitionsIn(path: string, bytes: Buffer = Buffer.alloc(0)): readonly KubeObject[] {
  return documentsIn(path, bytes)
    .filter((document) => document !== null)
    .map((document) => {
      if (isDefinition(document)) return withoutStatus(document);
      throw new InvalidChartError(
        `file ${path} of the chart holds something else than CustomResourceDefinitions of ${apiVersionOf(CUSTOM_RESOURCE_DEFINITIONS)}`,
      );
    });
}

function documentsIn(path: string, bytes: Buffer): readonly unknown[] {
  try {
    return parseHelmYaml(bytes).documents;
  } catch (caught) {
    if (!(caught instanceof HelmYamlError)) throw caught;
    throw new InvalidChartError(`file ${posix.normalize(path)} of the chart is ${describe(caught)}`);
  }
}

function isDefinition(document: unknown): document is KubeObject {
  if (!isMap(document)) return false;
  const { apiVersion, kind, metadata } = document;
  return (
    apiVersion === apiVersionOf(CUSTOM_RESOURCE_DEFINITIONS) &&
    kind === CUSTOM_RESOURCE_DEFINITIONS.kind &&
    isMap(metadata) &&
    typeof metadata['name'] === 'string'
  );
}

/** Generators leave an empty one behind, which is nobody's to set; a long integer is a double to helm, and no JSON here. */
function withoutStatus(definition: KubeObject): KubeObject {
  const { status: _status, ...rest } = definition as KubeObject & { readonly status?: unknown };
  return JSON.parse(JSON.stringify(rest, plainNumber)) as KubeObject;
}

function plainNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function tooMany(): InvalidChartError {
  return new InvalidChartError(
    `the chart holds more than ${String(MAX_DEFINITIONS)} CustomResourceDefinitions`,
  );
}
