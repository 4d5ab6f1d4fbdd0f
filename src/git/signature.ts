/** A signature as it stands in a commit or tag. Whoever pushed it wrote it: it may hold anything. */
export type Signature =
  | {
      readonly kind: 'openpgp' | 'ssh' | 'x509';
      /** With its armour. */
      readonly text: string;
    }
  /** More than one: nobody signs twice, and which of two counts is not for us to choose. */
  | { readonly kind: 'several' }
  | { readonly kind: 'unknown' };

const ARMOURS = [
  ['-----BEGIN PGP SIGNATURE-----', 'openpgp'],
  ['-----BEGIN PGP MESSAGE-----', 'openpgp'],
  ['-----BEGIN SSH SIGNATURE-----', 'ssh'],
  ['-----BEGIN SIGNED MESSAGE-----', 'x509'],
] as const;

/** What a text that is to be a signature is. */
export function signatureIn(text: string): Signature {
  const kind = ARMOURS.find(([begin]) => text.startsWith(begin))?.[1];
  if (kind === undefined) return { kind: 'unknown' };
  return armoursIn(text).length > 1 ? { kind: 'several' } : { kind, text };
}

/** Where signatures begin in a text: each at the beginning of a line. */
export function armoursIn(text: string): readonly number[] {
  const found: number[] = [];
  for (let at = 0; ; at += 1) {
    if (ARMOURS.some(([begin]) => text.startsWith(begin, at))) found.push(at);
    at = text.indexOf('\n', at);
    if (at < 0) return found;
  }
}
