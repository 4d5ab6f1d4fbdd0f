import type { Hooks } from '../chart.ts';

/** The annotation itself and not helm.sh/hook-weight or helm.sh/hook-delete-policy, with what follows it. */
const ANNOTATION = /helm\.sh\/hook(?![-\w])["']?(?:\s*:\s*([^\n]*))?/g;
const TESTS_ONLY =
  /^["']?(?:test(?:-success|-failure)?)(?:\s*,\s*test(?:-success|-failure)?)*["']?\s*(?:#.*)?$/;
const AFTERWARDS = /post-(?:install|upgrade)/;

/**
 * What a file says of hooks, judged by its text, since what a template renders depends on the values: when in
 * doubt it has some. Hooks that are plainly tests do not count, for only `helm test` runs them.
 */
export function hooksIn(bytes: Buffer): Hooks {
  if (!bytes.includes('helm.sh/hook')) return 'none';
  const text = bytes.toString('latin1');
  const values = [...text.matchAll(ANNOTATION)].map(([, value]) => value?.trim() ?? '');
  if (values.every((value) => TESTS_ONLY.test(value))) return 'none';
  return AFTERWARDS.test(text) ? 'post' : 'some';
}

export function strongestOf(a: Hooks, b: Hooks): Hooks {
  const order: readonly Hooks[] = ['none', 'some', 'post'];
  return order.indexOf(a) > order.indexOf(b) ? a : b;
}
