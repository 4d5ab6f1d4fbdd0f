import { auditedSoFar, type AuditEvent } from '../../support/audit-log.ts';
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

/** Everything that was asked of the API server up to now. */
export async function askedSoFar({ world: { cluster } }: GitOps): Promise<readonly Asked[]> {
  return (await auditedSoFar(cluster.plane, '')).map(askedIn);
}

function askedIn({ verb, requestURI, userAgent = '', impersonatedUser, objectRef = {} }: AuditEvent): Asked {
  const { resource = requestURI, namespace, name } = objectRef;
  const program = (/^[^/\s]*/.exec(userAgent)?.[0] ?? '').toLowerCase();
  return { program, verb, resource, namespace, name, as: impersonatedUser?.username };
}
