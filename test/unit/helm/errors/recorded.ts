import { readFileSync } from 'node:fs';

/** What real runs of both majors wrote on standard error, by what was done to them. */
export function recordedErrors(version: '3.22.0' | '4.3.1'): Readonly<Record<string, string>> {
  const file = new URL(`../../../fixtures/helm-errors/${version}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
}
