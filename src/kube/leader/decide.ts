import { isLetGo } from './lease.ts';
import type { Lease } from './lease.ts';

/**
 * How it came that nobody leads. `let-go` and `expired` tell that no other one does. Where a lease is not there, or was
 * emptied by a person or a restored backup, another one may still believe that it leads.
 */
export type Before = 'let-go' | 'expired' | 'own' | 'missing' | 'emptied';

/** What one that does not lead does now. */
export type Standing =
  { readonly kind: 'take'; readonly after: Before } | { readonly kind: 'stand-by'; readonly holder: string };

export interface Seen {
  readonly unchangedMs: number;
  readonly durationMs: number;
  readonly identity: string;
}

const LONGEST = 4;

/**
 * Pure. `unchangedMs` is for how long we have seen the lease as it is, by our own clock: the times in it are of another
 * machine, and are never compared with ours.
 */
export function decide(lease: Lease | undefined, { unchangedMs, durationMs, identity }: Seen): Standing {
  if (lease === undefined) return { kind: 'take', after: 'missing' };
  const { holderIdentity: holder = '', leaseDurationSeconds = 0 } = lease.spec ?? {};
  if (holder === '') return { kind: 'take', after: isLetGo(lease) ? 'let-go' : 'emptied' };
  // It was taken, and the answer that said so was lost.
  if (holder === identity) return { kind: 'take', after: 'own' };
  // Its holder may have been started with a longer one. A person who writes hours there is not believed.
  const expiresMs = Math.min(Math.max(durationMs, leaseDurationSeconds * 1000), LONGEST * durationMs);
  return unchangedMs >= expiresMs ? { kind: 'take', after: 'expired' } : { kind: 'stand-by', holder };
}
