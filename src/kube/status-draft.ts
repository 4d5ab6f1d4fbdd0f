import { isDeepStrictEqual } from 'node:util';
import type { WriteOptions } from './resource.ts';
import type { StatusWriter, WithStatus } from './status-writer.ts';
import type { Lifeline } from './vigil.ts';

type StatusOf<T extends WithStatus> = NonNullable<T['status']>;

/** The status of one object while a pass works on it. */
export interface StatusDraft<T extends WithStatus, Context> {
  /** The object as it was written last. */
  readonly object: () => T;
  readonly status: () => StatusOf<T>;
  /** Changes the status without writing it: the next write takes it along. */
  readonly note: (change: StatusChangeOf<T, Context>) => void;
  /** Changes the status and writes it, if anything of it is news. */
  readonly save: (change?: StatusChangeOf<T, Context>, how?: WriteOptions) => Promise<void>;
  /** Goes on with the object as it was written otherwise; the status stays as it is here. */
  readonly take: (written: T) => void;
}

export type StatusChangeOf<T extends WithStatus, Context> = (
  status: StatusOf<T>,
  context: Context,
) => StatusOf<T>;

export interface StatusDraftPorts<T extends WithStatus, Context> {
  readonly writeStatus: StatusWriter<T>;
  /** What a change is made with, as it is at that moment. */
  readonly context: () => Context;
  readonly signal: AbortSignal;
  readonly lifeline: Lifeline;
}

export function createStatusDraft<T extends WithStatus, Context>(
  object: T,
  { writeStatus, context, signal, lifeline }: StatusDraftPorts<T, Context>,
): StatusDraft<T, Context> {
  let current = object;
  let draft = statusOf(object);
  const note = (change: StatusChangeOf<T, Context>): void => {
    draft = change(draft, context());
  };
  return {
    object: () => current,
    status: () => draft,
    note,
    take: (written) => {
      current = written;
    },
    save: async (change, how) => {
      lifeline.alive();
      if (change !== undefined) note(change);
      if (isDeepStrictEqual(statusOf(current), draft)) return;
      current = await writeStatus(current, draft, signal, how);
      draft = statusOf(current);
    },
  };
}

/** All fields of the status of a kind of ours are optional. */
function statusOf<T extends WithStatus>({ status }: T): StatusOf<T> {
  return status ?? {};
}
