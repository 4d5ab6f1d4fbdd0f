import { readFileSync } from 'node:fs';

/** Put in by the bundler; run from source there is none. */
declare const BUNDLED_VERSION: string | undefined;

/** The version of this program, as package.json has it. */
export function operatorVersion(): string {
  if (typeof BUNDLED_VERSION === 'string') return BUNDLED_VERSION;
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { version: string }).version;
}
