import type { TrustedKeys } from './trusted-keys.ts';

/** What is signed, and by what. */
export interface SignedObject {
  /** With its armour; of no more than some kilobytes. */
  readonly signature: string;
  readonly signed: Buffer;
  /** When it was made, as it says itself. */
  readonly time: Date;
}

/** `by` and `why` are harmless in a status. `why` goes on after the name of the commit or tag: `is signed by ...: ...`. */
export type Verdict =
  { readonly kind: 'good'; readonly by: string } | { readonly kind: 'refused'; readonly why: string };

/**
 * Whether one of the keys has made a signature, and was good when it signed; with `now` it has to be good still: whoever
 * has found an old key chooses the time that he signs with. Throws only if that cannot be found out.
 */
export type VerifySignature = (
  object: SignedObject,
  keys: TrustedKeys,
  options: { readonly good: 'now' | 'then'; readonly signal: AbortSignal },
) => Promise<Verdict>;

export function refused(why: string): Verdict {
  return { kind: 'refused', why };
}
