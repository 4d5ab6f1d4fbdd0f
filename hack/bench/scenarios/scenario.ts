import type { Stage } from '../stage/stage.ts';

/** What the person who runs it can set. */
export interface Settings {
  readonly count: number;
  readonly idleSeconds: number;
  /** For what goes on for a time. */
  readonly seconds: number;
  readonly seed: number;
}

/** Drives one stage through its phases; what was measured is with the stage's meter. */
export interface Scenario {
  /** One line for the help text. */
  readonly about: string;
  readonly count: number;
  readonly run: (stage: Stage, settings: Settings) => Promise<void>;
}
