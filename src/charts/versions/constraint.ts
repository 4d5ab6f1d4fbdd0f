import { type Part, parseParts } from './constraint-parts.ts';
import type { Version } from './version.ts';

/** A range of versions, in the language of Helm. */
export interface Constraint {
  allows(version: Version): boolean;
}

type Check = (version: Version, part: Part) => boolean;

/**
 * Helm's ranges are those of Masterminds semver 3, and this is a port of its rules, because those of the
 * `semver` package answer differently:
 *
 * - parts may be joined by a comma, `!=` exists, `=>` and `=<` are operators;
 * - `1.2` and `v1` alone mean `1.2.x` and `1.x`, also with `=` before them;
 * - a prerelease is allowed as soon as any part of its `||` group names a prerelease, whatever its number is
 *   (`semver` wants the same major.minor.patch);
 * - `>1` starts at 2.0.0 and `<=1.2` ends before 1.3.0, prereleases of 1.3.0 not included;
 * - `~0.0.0` allows everything, `~0` only 0.x, and `^*` only 0.0.0;
 * - no part compares build metadata.
 *
 * Returns undefined for text that Helm calls an improper constraint.
 */
export function parseConstraint(text: string): Constraint | undefined {
  const groups = parseParts(text);
  if (!groups) return undefined;

  return {
    allows: (version) =>
      groups.some((parts) => {
        const prereleases = parts.some((part) => part.version.number.prerelease.length > 0);
        if (isPrerelease(version) && !prereleases) return false;
        return parts.every((part) => CHECKS[part.operator](version, part));
      }),
  };
}

const isPrerelease = (version: Version): boolean => version.number.prerelease.length > 0;
const compare = (version: Version, part: Part): number => version.number.compare(part.version.number);

const notEqual: Check = (version, part) => {
  const [at, bound] = [version.number, part.version.number];
  if (part.open === undefined) return compare(version, part) !== 0;
  if (at.major !== bound.major) return true;
  if (part.open === 'minor') return false;
  if (part.open === 'patch') return at.minor !== bound.minor || at.comparePre(bound) !== 0;
  return at.minor !== bound.minor || at.patch !== bound.patch || compare(version, part) !== 0;
};

const greater: Check = (version, part) => {
  const [at, bound] = [version.number, part.version.number];
  if (part.open === undefined) return compare(version, part) > 0;
  if (at.major !== bound.major) return at.major > bound.major;
  if (part.open === 'minor') return false;
  if (part.open === 'patch') return at.minor > bound.minor;
  return compare(version, part) > 0;
};

const lessOrEqual: Check = (version, part) => {
  const [at, bound] = [version.number, part.version.number];
  if (part.open === undefined) return compare(version, part) <= 0;
  if (at.major !== bound.major) return at.major < bound.major;
  return part.open === 'minor' || at.minor <= bound.minor;
};

const tilde: Check = (version, part) => {
  const [at, bound] = [version.number, part.version.number];
  if (compare(version, part) < 0) return false;
  const zero = bound.major === 0 && bound.minor === 0 && bound.patch === 0;
  if (zero && part.open !== 'minor' && part.open !== 'patch') return true;
  return at.major === bound.major && (part.open === 'minor' || at.minor === bound.minor);
};

const equal: Check = (version, part) =>
  part.open === undefined ? compare(version, part) === 0 : tilde(version, part);

const caret: Check = (version, part) => {
  const [at, bound] = [version.number, part.version.number];
  if (compare(version, part) < 0) return false;
  if (bound.major > 0 || part.open === 'minor') return at.major === bound.major;
  if (at.major > 0) return false;
  if (bound.minor > 0 || part.open === 'patch') return at.minor === bound.minor;
  return at.minor === 0 && at.patch === bound.patch;
};

const CHECKS: Readonly<Record<Part['operator'], Check>> = {
  '': equal,
  '=': equal,
  '!=': notEqual,
  '>': greater,
  '<': (version, part) => compare(version, part) < 0,
  '>=': (version, part) => compare(version, part) >= 0,
  '=>': (version, part) => compare(version, part) >= 0,
  '<=': lessOrEqual,
  '=<': lessOrEqual,
  '~': tilde,
  '~>': tilde,
  '^': caret,
};
