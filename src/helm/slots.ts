import { createAdmission, type Admission } from '../process/admission.ts';
import type { Turn } from '../process/fair-line.ts';
import type { MemoryRoom } from '../process/memory-room.ts';

/**
 * `slow` is for runs that themselves wait for hooks, tests or objects, `package` for those that know no cluster and must
 * not be held up by the others.
 */
export type Pool = 'fast' | 'slow' | 'package';

/** What a run of helm needs, and when it is its turn. */
export interface SlotClaim extends Turn {
  readonly pool: Pool;
  /** Size of the chart's archive, from which helm's memory follows. */
  readonly chartBytes?: number;
}

/** How many helm processes may run at a time. */
export interface Slots {
  /**
   * Does `work` in a slot. What it acts on is to be looked at inside: minutes may have passed. Waiting ends with the
   * reason of `signal`, or of the stopping operator.
   */
  hold<T>(claim: SlotClaim, signal: AbortSignal, work: () => Promise<T>): Promise<T>;
  readonly pools: Readonly<Record<Pool, Pick<Admission, 'size' | 'inUse' | 'waiting'>>>;
}

export interface SlotsOptions {
  readonly sizes: Readonly<Record<Pool, number>>;
  readonly room: MemoryRoom;
  readonly stopping: AbortSignal;
  /** A run has to wait although there is a slot. */
  readonly onLack?: (why: string) => void;
}

/** Measured of helm 4: 50 MB with a small chart, 95 MB with an archive of 0.75 MB that renders 1.8 MB. */
const HELM_BYTES = 60e6;
const BYTES_PER_CHART_BYTE = 60;

export function createSlots({ sizes, stopping, ...options }: SlotsOptions): Slots {
  const pools = {
    fast: createAdmission({ ...options, size: sizes.fast }),
    slow: createAdmission({ ...options, size: sizes.slow }),
    package: createAdmission({ ...options, size: sizes.package }),
  };
  return {
    hold: ({ pool, party, urgent, chartBytes = 0 }, signal, work) =>
      pools[pool].run(
        { party, urgent, bytes: HELM_BYTES + BYTES_PER_CHART_BYTE * chartBytes },
        AbortSignal.any([signal, stopping]),
        work,
      ),
    pools,
  };
}
