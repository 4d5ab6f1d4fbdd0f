import { type TrustedKeys, trustedKeysIn } from '../../src/sync/fetch/trusted-keys.ts';

/** As a Secret has its files. */
export function secretData(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
  );
}

/** The keys that a Secret `team/signers` with these files holds. */
export function keysOf(files: Readonly<Record<string, string>>): TrustedKeys {
  return trustedKeysIn('team/signers', secretData(files));
}
