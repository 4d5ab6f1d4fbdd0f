import type { Fit } from './catalog.ts';

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The first version in a text, as programs print it in many ways; undefined when there is none. */
export function versionIn(text: string): Version | undefined {
  const found = /(?:^|[^\w.])v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  if (found === null) return undefined;
  return { major: Number(found[1]), minor: Number(found[2]), patch: Number(found[3]) };
}

/** Whether a program of version `found` can stand in for the pinned one. Newer within the major is good, older is not. */
export function fits(found: Version, pinned: Version, fit: Fit): boolean {
  if (fit === 'any') return true;
  if (found.major !== pinned.major) return false;
  return fit === 'same-minor' ? found.minor === pinned.minor : found.minor >= pinned.minor;
}

/** The version of `module` that a go.mod requires, without the leading v. */
export function requiredVersion(goMod: string, module: string): string {
  const prefix = `${module} v`;
  const line = goMod
    .split('\n')
    .map((text) => text.trim().replace(/^require /, ''))
    .find((text) => text.startsWith(prefix));
  const version = line?.slice(prefix.length).split(' ')[0];
  if (version === undefined) throw new Error(`go.mod does not require ${module}`);
  return version;
}
