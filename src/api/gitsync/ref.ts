import { InvalidSpecError } from '../errors.ts';
import type { GitSyncSpec } from './git-sync.ts';
import { COMMIT_FORM, NO_COMMIT, TWO_REFS } from './schema/rules.ts';

/** Which commit of the repository is wanted. */
export type WantedRef =
  | { readonly kind: 'default' }
  /** A commit by its full id, in lower case. */
  | { readonly kind: 'branch' | 'tag' | 'semver' | 'commit'; readonly value: string };

const KINDS = ['branch', 'tag', 'semver', 'commit'] as const;

export function wantedRefOf(ref: GitSyncSpec['ref'] = {}): WantedRef {
  const given = KINDS.flatMap((kind) => {
    const value = ref[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
  const [first, second] = given;
  if (first === undefined) return { kind: 'default' };
  if (second !== undefined) {
    throw new InvalidSpecError(`spec.ref names a ${first.kind} and a ${second.kind}, but ${TWO_REFS}`);
  }
  if (first.value === '') {
    throw new InvalidSpecError(`spec.ref.${first.kind} is an empty string: set it, or remove the field`);
  }
  if (first.kind !== 'commit') return first;
  if (!new RegExp(COMMIT_FORM).test(first.value)) {
    throw new InvalidSpecError(
      `spec.ref.commit is ${JSON.stringify(first.value.slice(0, 80))}, but ${NO_COMMIT}`,
    );
  }
  return { kind: 'commit', value: first.value.toLowerCase() };
}
