import type { StoredRelease } from '../../helm/storage/stored-release.ts';
import { canonicalJsonInHelm } from '../../values/canonical-json.ts';
import { parseHelmYaml } from '../../values/helm-yaml.ts';
import { isMap } from '../../values/merge.ts';

type Stored = Pick<StoredRelease, 'chart' | 'config' | 'manifest' | 'hooks'>;

/**
 * Whether two releases are the same to Helm: made of the same sources as it stores them or, whatever they were made of,
 * rendered to the same objects and hooks. A chart that makes random values is the same by its sources only.
 */
export function isSameInHelm(one: Stored, other: Stored): boolean {
  return sourcesOf(one) === sourcesOf(other) || isSameRendering(one, other);
}

function sourcesOf({ chart, config }: Stored): string {
  const templates = chart.templates.map(({ name, data }) => [name, data] as const).sort(byFirst);
  return canonicalJsonInHelm({ config, templates, defaults: withoutNulls(chart.values) });
}

/** What becomes of a null among the values of a chart differs from one helm to the next; its templates do not see it. */
function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

function isSameRendering(one: Stored, other: Stored): boolean {
  const [mine, theirs] = [renderingOf(one), renderingOf(other)];
  return mine !== undefined && mine === theirs;
}

/** Objects in no order: each helm has its own. Undefined if it cannot be read as YAML. */
function renderingOf({ manifest, hooks }: Stored): string | undefined {
  try {
    const sorted = hooks.map(({ name, kind, events, manifest: each }) => ({
      ...{ name, kind, events: [...events].sort() },
      objects: objectsIn(each),
    }));
    return canonicalJsonInHelm({
      objects: objectsIn(manifest),
      hooks: sorted.map((each) => canonicalJsonInHelm(each)).sort(),
    });
  } catch {
    return undefined;
  }
}

function objectsIn(manifest: string): readonly string[] {
  return parseHelmYaml(Buffer.from(manifest))
    .documents.filter((each) => each !== null && each !== undefined)
    .map(canonicalJsonInHelm)
    .sort();
}

function byFirst([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
