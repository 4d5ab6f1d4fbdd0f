import { InvalidSpecError } from '../errors.ts';
import type { GitSyncSpec } from './git-sync.ts';
import { type Pointer, pointerOf } from './pointer.ts';
import { IDENTITY, IGNORES_IDENTITY, NO_POINTER } from './schema/rules.ts';

/** Which fields are left to others, and of which objects: what is not given is any. */
export interface IgnoreRule {
  /** Of the kind, the empty string for the core kinds. */
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly pointers: readonly Pointer[];
}

/** Checked here too: what was stored before a definition had its rules may hold anything. */
export function ignoreRulesOf(rules: GitSyncSpec['ignore'] = []): readonly IgnoreRule[] {
  return rules.map(({ paths, ...which }, rule) => ({
    ...which,
    pointers: paths.map((path, index) =>
      checked(path, `spec.ignore[${String(rule)}].paths[${String(index)}]`),
    ),
  }));
}

function checked(path: string, field: string): Pointer {
  const pointer = pointerOf(path);
  if (pointer === undefined) throw new InvalidSpecError(`${field}: ${NO_POINTER}`);
  const isIdentity = IDENTITY.some((one) => path === one || path.startsWith(`${one}/`));
  if (isIdentity || path === '/metadata') throw new InvalidSpecError(`${field}: ${IGNORES_IDENTITY}`);
  return pointer;
}
