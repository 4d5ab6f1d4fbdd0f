import { parseConstraint } from './constraint.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';

/** What a repository or registry offers under one name. */
export interface Candidate {
  readonly version: string;
  /** RFC 3339; breaks a tie between builds of one version. */
  readonly created?: string | undefined;
}

export type Pick<T extends Candidate> =
  | { readonly kind: 'found'; readonly candidate: T }
  /** `newest`: what there is instead, newest first. */
  | { readonly kind: 'none'; readonly newest: readonly string[] }
  | { readonly kind: 'improper' };

type Ranked<T> = readonly [candidate: T, version: Version];

const NEWEST_SHOWN = 5;

/** The newest candidates, semantically; what is no version at all is left out. */
export function newestFirst<T extends Candidate>(candidates: readonly T[]): readonly T[] {
  return ranked(candidates).map(([candidate]) => candidate);
}

/**
 * The version that `helm install --version` would take: one that is spelled exactly so, or else the newest
 * one that the constraint allows. Empty means the newest that is no prerelease.
 */
export function pickVersion<T extends Candidate>(candidates: readonly T[], wanted: string): Pick<T> {
  const constraint = parseConstraint(wanted === '' ? '*' : wanted);
  if (!constraint) return { kind: 'improper' };

  const sorted = ranked(candidates);
  const found =
    sorted.find(([candidate]) => candidate.version === wanted) ??
    sorted.find(([, version]) => constraint.allows(version));
  return found
    ? { kind: 'found', candidate: found[0] }
    : { kind: 'none', newest: sorted.slice(0, NEWEST_SHOWN).map(([{ version }]) => version) };
}

/** Whether a version that cannot be chosen, since there is but this one, is the one wanted. Empty wants any. */
export function allowsVersion(wanted: string, version: string): boolean {
  const parsed = parseVersion(version);
  if (wanted === '' || wanted === version) return true;
  return parsed !== undefined && parseConstraint(wanted)?.allows(parsed) === true;
}

function ranked<T extends Candidate>(candidates: readonly T[]): Ranked<T>[] {
  return candidates
    .flatMap((candidate): Ranked<T>[] => {
      const version = parseVersion(candidate.version);
      return version ? [[candidate, version]] : [];
    })
    .sort(([a, versionA], [b, versionB]) => {
      const order = compareVersions(versionB, versionA);
      return order !== 0 ? order : createdAt(b) - createdAt(a) || (a.version < b.version ? 1 : -1);
    });
}

function createdAt({ created }: Candidate): number {
  const time = Date.parse(created ?? '');
  return Number.isNaN(time) ? 0 : time;
}
