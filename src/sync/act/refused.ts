import type { Retry } from '../../api/errors.ts';
import { ApiError } from '../../kube/errors.ts';
import type { Fault } from '../document.ts';
import type { ApplyTask, StagePorts } from './apply-task.ts';
import { explain, retryOf } from './explain.ts';
import { judge } from './judge.ts';
import type { Refusal } from './refusal.ts';

/** A document cannot be applied. */
export interface Refused {
  readonly kind: 'refused';
  readonly faults: readonly Fault[];
  readonly retry: Retry;
}

export function isRefused(value: object): value is Refused {
  return 'kind' in value && value.kind === 'refused';
}

export function refuse(faults: readonly Fault[]): Refused {
  return { kind: 'refused', faults, retry: 'backoff' };
}

/** Turns what the API server refuses into faults of the document. */
export async function judged<T>(
  task: ApplyTask,
  { account }: Pick<StagePorts, 'account'>,
  work: () => Promise<T | Refused>,
): Promise<T | Refused> {
  try {
    return await work();
  } catch (caught) {
    const refusal = refusalIn(caught, task);
    if (refusal === undefined) throw caught;
    return { kind: 'refused', faults: explain(refusal, task, account), retry: retryOf(refusal) };
  }
}

export function refusalIn(caught: unknown, task: ApplyTask): Refusal | undefined {
  return caught instanceof ApiError ? judge(caught, task.object) : undefined;
}
