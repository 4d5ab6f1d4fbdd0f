import { SemVer } from 'semver';

/** A version as Helm reads it: `1`, `1.2`, `v1.2.3` and `01.2.3` are versions too. */
export interface Version {
  /** As written, since that is what tags and file names are made of. */
  readonly text: string;
  readonly number: SemVer;
}

const MAX_LENGTH = 256;

const LOOSE =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

const STRICT = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:[-+].*)?$/;

/**
 * Reads a version as loosely as Helm's library (Masterminds semver 3, coercing) does. Order and prerelease
 * rules are those of the `semver` package, which agree. One difference is left: Helm counts up to 2^64 and
 * `semver` up to 2^53, so a larger number is no version here.
 */
export function parseVersion(text: string): Version | undefined {
  const parts = text.length <= MAX_LENGTH ? LOOSE.exec(text) : null;
  if (!parts) return undefined;

  const [, major = '0', minor = '0', patch = '0', prerelease, build] = parts;
  const core = [major, minor, patch].map(withoutLeadingZeros).join('.');
  const tail = `${prerelease === undefined ? '' : `-${prerelease}`}${build === undefined ? '' : `+${build}`}`;
  try {
    return { text, number: new SemVer(core + tail) };
  } catch {
    return undefined; // a prerelease part with a leading zero, or a number beyond 2^53
  }
}

/** Whether the text is a full semantic version, as it must be to count among the tags of a registry. */
export function isStrictVersion(text: string): boolean {
  return STRICT.test(text) && parseVersion(text) !== undefined;
}

/** Build metadata does not count, as in the specification. */
export function compareVersions(a: Version, b: Version): number {
  return a.number.compare(b.number);
}

function withoutLeadingZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}
