import type { PhaseContext } from '../../api/phases.ts';

/** What every record needs beside the event itself. */
export interface RecordContext extends PhaseContext {
  /** The generation that the pass has read. */
  readonly observedGeneration: number;
}
