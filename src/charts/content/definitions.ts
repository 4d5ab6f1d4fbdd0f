import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, InvalidChartError } from '../../api/errors.ts';
import { apiVersionOf, CUSTOM_RESOURCE_DEFINITIONS, type KubeObject } from '../../kube/resource-type.ts';
import { HelmYamlError } from '../../values/helm-yaml.ts';
import { isObject, itemsOf, readManifests } from '../../values/manifest.ts';
import type { ValuesMap } from '../../values/merge.ts';
import { tellsOfSubcharts, usedCharts } from './subcharts.ts';
import { walkChart } from './walk.ts';

const MAX_OBJECTS = 1_000;
const EXTENSION = /\.(?:ya?ml|json)$/i;
const IN_CRDS = /(?:^|\/)crds\//;

/** What the crds/ folders of a chart hold. */
export interface Definitions {
  readonly definitions: readonly KubeObject[];
  /** All else, which does not belong there, but helm creates it. */
  readonly others: readonly KubeObject[];
}

/**
 * What is in the crds/ folders of a packaged chart and of those of its subcharts that these values use: in the order of
 * their paths, those of the chart itself first, of several with one name the first. What is no object of Kubernetes throws an
 * InvalidChartError that names the file; the objects themselves are for the API server to check.
 */
export async function readDefinitions(archive: string, values: ValuesMap): Promise<Definitions> {
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
      for (const object of objectsIn(path, tree.get(path))) {
        const key = keyOf(object);
        if (!found.has(key)) found.set(key, object);
        if (found.size > MAX_OBJECTS) throw tooMany();
      }
      // Some are as large as half a megabyte, and there may be many of them.
      await setImmediate();
    }
  }
  const all = [...found.values()];
  return {
    definitions: all.filter(isDefinition).map(withoutStatus),
    others: all.filter((object) => !isDefinition(object)),
  };
}

function objectsIn(path: string, bytes: Buffer = Buffer.alloc(0)): readonly KubeObject[] {
  return documentsIn(path, bytes)
    .flatMap(itemsOf)
    .map((document) => {
      if (isObject(document)) return withPlainNumbers(document);
      throw new InvalidChartError(
        `file ${path} of the chart holds something that is no object of Kubernetes: each needs apiVersion, kind and metadata.name`,
      );
    });
}

function documentsIn(path: string, bytes: Buffer): readonly unknown[] {
  try {
    return [...readManifests(bytes)].map(({ value }) => value);
  } catch (caught) {
    if (!(caught instanceof HelmYamlError)) throw caught;
    throw new InvalidChartError(`file ${posix.normalize(path)} of the chart is ${describe(caught)}`);
  }
}

function isDefinition({ apiVersion, kind }: KubeObject): boolean {
  return (
    apiVersion === apiVersionOf(CUSTOM_RESOURCE_DEFINITIONS) && kind === CUSTOM_RESOURCE_DEFINITIONS.kind
  );
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return JSON.stringify([apiVersion, kind, metadata.namespace, metadata.name]);
}

/** Generators leave an empty one behind, which is nobody's to set. */
function withoutStatus(definition: KubeObject): KubeObject {
  const { status: _status, ...rest } = definition as KubeObject & { readonly status?: unknown };
  return rest;
}

/** A long integer is a double to helm. */
function withPlainNumbers(object: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(object)) as KubeObject;
}

function tooMany(): InvalidChartError {
  return new InvalidChartError(
    `the chart holds more than ${String(MAX_OBJECTS)} CustomResourceDefinitions and other objects in crds/`,
  );
}
