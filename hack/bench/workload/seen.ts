/** What the bench looks at in an object that a controller reconciles: the words are those of all such kinds. */
export interface Watched {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastHandledReconcileAt?: string;
    readonly deployed?: { readonly revision?: number };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly observedGeneration?: number;
    }[];
  };
}

/** The little of it that is kept, with thousands of objects. */
export interface Seen {
  readonly generation: number;
  /** Ready or not, and of the newest generation. */
  readonly settled: 'ready' | 'not-ready' | undefined;
  readonly rolledBack: boolean;
  readonly handled: string | undefined;
  /** Helm's number of what is deployed, where status tells it. */
  readonly revision: number;
}

export function seenOf({ metadata: { generation = 0 }, status = {} }: Watched): Seen {
  const { conditions = [], observedGeneration = 0 } = status;
  const find = (type: string) => conditions.find((each) => each.type === type);
  const ready = find('Ready');
  const current =
    observedGeneration === generation && (ready?.observedGeneration ?? observedGeneration) === generation;
  const busy = find('Reconciling')?.status === 'True';
  return {
    generation,
    settled: current ? settledBy(ready?.status, busy) : undefined,
    rolledBack: find('RolledBack')?.status === 'True',
    handled: status.lastHandledReconcileAt,
    revision: status.deployed?.revision ?? 0,
  };
}

/** What failed may well be tried again, and is still not ready. */
function settledBy(status: string | undefined, busy: boolean): Seen['settled'] {
  if (status === 'False') return 'not-ready';
  return status === 'True' && !busy ? 'ready' : undefined;
}
