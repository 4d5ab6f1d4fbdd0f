import { InvalidSpecError } from '../api/errors.ts';
import { nearest } from './nearest.ts';
import type { Refs } from './ref-list.ts';

/** What a ref is, as far as the list of refs tells. */
export type FoundRef =
  | { readonly kind: 'commit'; readonly id: string }
  /** It may be the beginning of a commit's id; only a full copy of the repository knows. */
  | { readonly kind: 'short'; readonly prefix: string }
  /** It may be a ref outside of branches and tags. */
  | { readonly kind: 'other'; readonly fullName: string };

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const SHORT_ID = /^[0-9a-f]{4,63}$/i;
/** `v1.2-3-gabcdef0`, as `git describe` prints it, means the commit after the g. */
const DESCRIBED = /-g([0-9a-f]{4,40})$/i;
/** Steps from a commit to its ancestors: `main~2`, `v1^`, `v1^{commit}`. */
const STEPS = /(?:[~^]\d{0,4}|\^\{(?:commit)?\})+$/;
// What git allows in no name of a ref; leaving it out is what makes a name safe as a pattern.
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\.$|\.lock$|\/$|^\//u;

/** Of these, some lead nowhere: a tag stands for its commit anyway. */
const NO_STEP = /\^\{(?:commit)?\}|[~^]0+(?!\d)/g;

/** Splits `main~2` into the ref and its steps. */
export function splitSteps(ref: string): { readonly name: string; readonly steps: string } {
  const steps = STEPS.exec(ref)?.[0] ?? '';
  return { name: ref.slice(0, ref.length - steps.length), steps: steps.replace(NO_STEP, '') };
}

/** A full id is never the name of a ref, whatever refs there are. */
export function isFullId(text: string): boolean {
  return FULL_ID.test(text);
}

/** Looks up what is no full id in the order of `git rev-parse`: refs/NAME, a tag, a branch, a short id. */
export function findRef(refs: Refs, text: string): FoundRef {
  const name = text === '' || text === '@' ? 'HEAD' : text;
  if (FORBIDDEN.test(name)) {
    throw new InvalidSpecError(
      `the ref ${JSON.stringify(name.slice(0, 100))} is no name that Git allows: give a branch, a tag or the id of a commit`,
    );
  }
  const id = lookUp(refs, name);
  if (id !== undefined) return { kind: 'commit', id };
  const prefix = SHORT_ID.test(name) ? name : DESCRIBED.exec(name)?.[1];
  if (prefix !== undefined) return { kind: 'short', prefix: prefix.toLowerCase() };
  return { kind: 'other', fullName: name.startsWith('refs/') ? name : `refs/${name}` };
}

function lookUp(refs: Refs, name: string): string | undefined {
  if (name === 'HEAD') return refs.head;
  const full = name.replace(/^refs\//, '');
  const byFull = full.startsWith('heads/')
    ? refs.heads.get(full.slice(6))
    : full.startsWith('tags/')
      ? refs.tags.get(full.slice(5))
      : undefined;
  return byFull ?? refs.tags.get(name) ?? refs.heads.get(name);
}

/** The sentence about a ref that is not there: what is there instead. */
export function missingRef(refs: Refs, name: string, repo: string): string {
  const what = name === '' || name === 'HEAD' ? 'a default branch' : `the ref '${name}'`;
  if (refs.heads.size + refs.tags.size === 0) {
    return `repository ${repo} does not have ${what}: it is empty, so push a branch first`;
  }
  const alike = nearest(name, [...refs.heads.keys(), ...refs.tags.keys()]);
  const main = refs.defaultBranch === undefined ? '' : `, its default branch is '${refs.defaultBranch}'`;
  const hint =
    alike.length > 0
      ? `: did you mean ${alike.map((one) => `'${one}'`).join(' or ')}?`
      : `: correct the ref, or push it`;
  return `repository ${repo} does not have ${what} among ${counted(refs.heads.size, 'branch', 'branches')} and ${counted(refs.tags.size, 'tag', 'tags')}${main}${hint}`;
}

function counted(count: number, one: string, many: string): string {
  return `${String(count)} ${count === 1 ? one : many}`;
}
