import type { Clock } from '../../telemetry/clock.ts';
import { digestOf } from './authenticate.ts';
import { MalformedError, readJson } from './parse-body.ts';
import type { Push } from './push.ts';
import type { Receiver } from './receivers.ts';
import type { Replay } from './replay.ts';
import type { RawRequest, Said, Sender } from './sender.ts';
import { SENDERS } from './senders.ts';

export type Delivered =
  | { readonly kind: 'accepted' | 'ignored' | 'duplicate' | 'refused' | 'stale' }
  /** `why` shows nothing of the content. */
  | { readonly kind: 'malformed'; readonly why: string };

export interface DeliverPorts {
  readonly replay: Replay;
  readonly refresh: (push: Push) => void;
  readonly clock: Clock;
  /** Stands in for the key of a receiver that is not there. */
  readonly decoy: Buffer;
}

/** Nothing of a body is read before the delivery is proved. */
export function deliver(
  name: string,
  receiver: Receiver | undefined,
  request: RawRequest,
  { replay, refresh, clock, decoy }: DeliverPorts,
): Delivered {
  const nowMs = clock.now().getTime();
  // A name that is not there costs as much time as a signature that is wrong.
  const { type, key } = receiver ?? { type: 'github', key: decoy };
  const sender: Sender = SENDERS[type];
  const authenticity = sender.authenticate(request, key, nowMs);
  if (receiver === undefined || authenticity === 'refused') return { kind: 'refused' };
  if (authenticity === 'stale') return { kind: 'stale' };

  const delivery = deliveryOf(name, sender, request);
  if (delivery !== undefined && replay.isKnown(delivery)) return { kind: 'duplicate' };

  const said = saidBy(sender, request);
  if ('kind' in said) return said;
  if (!isOfNow(said, nowMs)) return { kind: 'stale' };
  if (said.push.kind !== 'ignore') refresh(said.push);
  // Only what was passed on is known: what failed may come again.
  if (delivery !== undefined) replay.remember(delivery);
  return { kind: said.push.kind === 'ignore' ? 'ignored' : 'accepted' };
}

function deliveryOf(name: string, sender: Sender, request: RawRequest): string | undefined {
  const id = sender.deliveryId(request);
  return id === undefined ? undefined : digestOf(`${name} ${id}`).toString('base64');
}

function saidBy(sender: Sender, request: RawRequest): Said | (Delivered & { readonly kind: 'malformed' }) {
  try {
    return sender.parse(readJson(request), request);
  } catch (error) {
    if (error instanceof MalformedError) return { kind: 'malformed', why: error.message };
    throw error;
  }
}

const MAX_AGE_MS = 15 * 60_000;
const MAX_AHEAD_MS = 5 * 60_000;

function isOfNow({ happenedAt }: Said, nowMs: number): boolean {
  if (happenedAt === undefined) return true;
  return nowMs - happenedAt <= MAX_AGE_MS && happenedAt - nowMs <= MAX_AHEAD_MS;
}
