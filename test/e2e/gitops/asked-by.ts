import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import type { GitOps } from './gitops.ts';

/** A request that the API server has answered, by the words of its audit log. */
export interface Asked {
  /** The first word of the user agent, in small letters. */
  readonly program: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** As whom; undefined for the program itself. */
  readonly as: string | undefined;
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly impersonatedUser?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
}

let marks = 0;

/** Everything that was asked of the API server up to now; its cluster must have been started with `audit`. */
export async function askedSoFar({ world: { cluster } }: GitOps): Promise<readonly Asked[]> {
  const path = join(dirname(cluster.kubeconfig), 'logs', 'audit.log');
  const marker = `asked-marker-${String((marks += 1))}.`;
  await cluster.kubectl('get', '--raw', `/version?${marker}`);
  return await eventually(async () => {
    const lines = (await readFile(path, 'utf8')).split('\n');
    const end = lines.findIndex((line) => line.includes(marker));
    if (end < 0) throw new Error('the audit log is not written yet');
    return lines.slice(0, end).flatMap(askedIn);
  });
}

function askedIn(line: string): readonly Asked[] {
  const event = JSON.parse(line) as AuditEvent;
  const { stage, verb, userAgent = '', impersonatedUser, objectRef = {} } = event;
  if (stage !== (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete')) return [];
  const { resource = event.requestURI, namespace, name } = objectRef;
  const program = (/^[^/\s]*/.exec(userAgent)?.[0] ?? '').toLowerCase();
  return [{ program, verb, resource, namespace, name, as: impersonatedUser?.username }];
}
