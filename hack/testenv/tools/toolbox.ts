import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.ts';
import { cachedPath, cacheFolder } from './cache.ts';
import { CATALOG } from './catalog.ts';
import type { ReleaseHosts, ToolSpec } from './catalog.ts';
import { download } from './download.ts';
import { findInAssets, findOnPath } from './find.ts';
import { UnreachableError } from './http-get.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';
import { requiredVersion } from './version.ts';

export interface ToolboxOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The folder hack/testenv. */
  readonly home: string;
  readonly hosts: ReleaseHosts;
  readonly progress: Progress;
}

/** Finds programs, and gets those that are nowhere. */
export interface Toolbox {
  /** Paths of the programs, in the order of the names. */
  get(names: readonly string[]): Promise<readonly string[]>;
}

const PLATFORMS: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export function createToolbox(options: ToolboxOptions): Toolbox {
  // A host that could not be reached is not asked for the next program again.
  const unreachable = new Set<string>();
  return {
    get: async (names) => {
      const found = new Map<string, string | undefined>();
      for (const name of names) found.set(name, await find(specOf(name), options));
      const missing = [...found].flatMap(([name, path]) => (path === undefined ? [name] : []));
      for (const [index, name] of missing.entries()) {
        const place = `${index + 1} of ${missing.length}`;
        found.set(name, await obtain(specOf(name), place, unreachable, options));
      }
      return names.map((name) => found.get(name) ?? '');
    },
  };
}

function specOf(name: string): ToolSpec {
  const spec = CATALOG.find((candidate) => candidate.name === name);
  if (spec !== undefined) return spec;
  throw new Error(`no program is called ${name}: there are ${CATALOG.map((known) => known.name).join(', ')}`);
}

function goModOf(spec: ToolSpec, home: string): string {
  return readFileSync(join(home, spec.goModule, 'go.mod'), 'utf8');
}

function pinnedVersion(spec: ToolSpec, goMod: string): string {
  const version = requiredVersion(goMod, spec.module);
  return spec.versionOf?.(version) ?? version;
}

async function find(spec: ToolSpec, options: ToolboxOptions): Promise<string | undefined> {
  const version = pinnedVersion(spec, goModOf(spec, options.home));
  const cached = cachedPath(cacheFolder(options.env), spec.name, version);
  return (
    findInAssets(spec, options.env) ??
    (await findOnPath(spec, version, options.env)) ??
    (existsSync(cached) ? cached : undefined)
  );
}

/** Downloads the program or builds it, while no other process does so. */
async function obtain(
  spec: ToolSpec,
  place: string,
  unreachable: Set<string>,
  options: ToolboxOptions,
): Promise<string> {
  const { env, home, hosts, progress } = options;
  const goMod = goModOf(spec, home);
  const version = pinnedVersion(spec, goMod);
  const target = cachedPath(cacheFolder(env), spec.name, version);
  mkdirSync(dirname(target), { recursive: true });
  const work = async (): Promise<void> => {
    if (existsSync(target)) return;
    const platform = PLATFORMS[process.arch];
    const host = platform === undefined ? '' : new URL(spec.release(version, platform, hosts).url).host;
    if (platform !== undefined && !unreachable.has(host)) {
      try {
        await download(spec.release(version, platform, hosts), target, { env }, progress);
        return;
      } catch (error) {
        if (error instanceof UnreachableError) unreachable.add(host);
        progress.say(`${spec.name} ${version} cannot be downloaded: ${messageOf(error)}`);
      }
    }
    await build({ spec, version, target, home, goMod, env, progress, place });
  };
  await withLock(target, work, () => {
    progress.say(`waiting for another process that is getting ${spec.name}`);
  });
  return target;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
