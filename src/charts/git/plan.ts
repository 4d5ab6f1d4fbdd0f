import { posix } from 'node:path';
import { ChartUnavailableError, InvalidChartError, OperatorError } from '../../api/errors.ts';
import type { Identity } from '../../git/git.ts';
import type { Chart } from '../chart.ts';
import type { ChartMetadata, Dependency } from '../content/chart-yaml.ts';
import type { Recent } from '../recent.ts';
import { keyOf } from '../source.ts';
import { allowsVersion } from '../versions/pick.ts';
import type { Checkout } from './checkout.ts';
import type { ResolveDependency } from './dependencies.ts';
import { placeOf } from './dependency-place.ts';

/** A chart in a folder and all that goes into its package. */
export interface Plan {
  readonly path: string;
  /** Equal for two plans that make the same package. */
  readonly key: string;
  readonly parts: readonly Part[];
  /** Of Chart.yaml, if that had to be read. */
  readonly version: string | undefined;
}

export type Part =
  | { readonly kind: 'vendored'; readonly dependency: Dependency }
  | { readonly kind: 'archive'; readonly dependency: Dependency; readonly chart: Chart }
  | { readonly kind: 'folder'; readonly dependency: Dependency; readonly plan: Plan };

export interface PlanOptions {
  readonly checkout: Checkout;
  /** Metadata of a folder by what it consists of, so that a known one is not written to disk to be read. */
  readonly known: Recent<ChartMetadata>;
  /** Undefined: the dependencies lie in charts/ and are taken as they are. */
  readonly resolve: ResolveDependency | undefined;
  readonly urlOfAlias: (name: string) => string | undefined;
}

export const MAX_DEPTH = 8;

/**
 * Finds out what a chart consists of, without packaging anything. Unlike `helm dependency update`, it also resolves
 * what a chart of another folder depends on, since that one cannot be packaged without. `above` are the folders
 * whose charts this one is part of.
 */
export async function planOf(path: string, o: PlanOptions, above: readonly string[] = []): Promise<Plan> {
  const here = posix.normalize(path);
  if (above.includes(here) || above.length > MAX_DEPTH) {
    throw new InvalidChartError(`${o.checkout.subject(path)} depends on itself`);
  }
  const identity = folderKey(here, await o.checkout.identity(path));
  if (!o.resolve) return { path, key: identity, parts: [], version: undefined };

  const { dependencies, version } = await metadataOf(path, identity, o);
  const parts: Part[] = [];
  for (const dependency of dependencies) {
    const subject = `dependency ${dependency.name} of ${o.checkout.subject(path)}`;
    parts.push(await partOf(dependency, { path, subject, resolve: o.resolve, above: [...above, here] }, o));
  }
  return { path, key: keyOf([identity, ...parts.map(keyOfPart)]), parts, version };
}

/** Whether a dependency, or one of a dependency, came from where somebody on the way could change it. */
export function hasInsecure({ parts }: Plan): boolean {
  return parts.some((part) => {
    if (part.kind === 'archive') return part.chart.insecure === true;
    return part.kind === 'folder' && hasInsecure(part.plan);
  });
}

interface Place {
  readonly path: string;
  readonly subject: string;
  readonly resolve: ResolveDependency;
  readonly above: readonly string[];
}

async function partOf(dependency: Dependency, { above, ...at }: Place, o: PlanOptions): Promise<Part> {
  const place = placeOf(dependency, { ...at, urlOfAlias: o.urlOfAlias });
  switch (place.kind) {
    case 'vendored':
      return { kind: 'vendored', dependency };
    case 'source': {
      const chart = await about(at.subject, () => at.resolve(place.source));
      return { kind: 'archive', dependency, chart };
    }
    case 'folder': {
      const plan = await about(at.subject, () => planOf(place.path, o, above));
      const { version = '' } = plan;
      if (allowsVersion(dependency.version, version)) return { kind: 'folder', dependency, plan };
      throw new InvalidChartError(
        `${at.subject} should have a version that satisfies ${JSON.stringify(dependency.version)}, but the one in folder '${place.path}' is ${version}`,
      );
    }
  }
}

/** `path` is normal. */
export function folderKey(path: string, { tree, linked }: Identity): string {
  return keyOf([path, tree, ...linked]);
}

export async function metadataOf(
  path: string,
  identity: string,
  { checkout, known }: Pick<PlanOptions, 'checkout' | 'known'>,
): Promise<ChartMetadata> {
  return known.get(identity) ?? known.set(identity, await checkout.metadata(path));
}

function keyOfPart(part: Part): string {
  switch (part.kind) {
    case 'vendored':
      return part.kind;
    case 'archive':
      return part.chart.digest;
    case 'folder':
      return part.plan.key;
  }
}

/** Says which dependency it is about. A range that nobody can read is no fault of the HelmRelease here. */
async function about<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    if (!(caught instanceof OperatorError)) throw caught;
    const message = `${subject}: ${caught.message}`;
    if (caught instanceof ChartUnavailableError)
      throw new ChartUnavailableError(message, { cause: caught.cause });
    throw new InvalidChartError(message, { cause: caught.cause });
  }
}
