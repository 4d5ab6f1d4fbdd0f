import type { PhaseContext } from '../../api/phases.ts';
import type { StandingContext } from '../../api/standing.ts';

/** What every record needs beside the event itself. */
export type RecordContext = PhaseContext & StandingContext;
