import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../../hack/testenv/testenv.ts';
import { eventually } from './eventually.ts';

/** What the tests look at in a line of the audit log. */
export interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user?: { readonly username?: string };
  readonly impersonatedUser?: { readonly username?: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every request up to now of the programs whose user agent has these letters, a watch once it is opened. The cluster must have been started with `audit`. */
export async function auditedSoFar(
  { dir, client }: ControlPlane,
  program: string,
): Promise<readonly AuditEvent[]> {
  const path = join(dir, 'logs', 'audit.log');
  const marker = `audit-marker-${crypto.randomUUID()}`;
  await client.send('GET', `/version?${marker}`);
  return await eventually(async () => {
    const lines = (await readFile(path, 'utf8')).split('\n');
    const end = lines.findIndex((line) => line.includes(marker));
    if (end < 0) throw new Error('the audit log is not written yet');
    return lines
      .slice(0, end)
      .filter((line) => line.includes(program))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(isAnswered);
  });
}

/** A watch that is refused is never opened. */
function isAnswered({ stage, verb, responseStatus }: AuditEvent): boolean {
  if (verb !== 'watch') return stage === 'ResponseComplete';
  return stage === 'ResponseStarted' || (responseStatus?.code ?? 200) >= 300;
}
