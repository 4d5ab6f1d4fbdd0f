/** What would be done to one release, in the words of people. */
export type ForecastAction =
  | 'adopt'
  | 'install'
  | 'upgrade'
  | 'roll back'
  | 'test'
  /** Write into Helm's storage what is known of a revision; no revision is made. */
  | 'correct'
  | 'unlock'
  | 'uninstall'
  /** Let a deleted HelmRelease go and keep its release. */
  | 'leave'
  /** Until something ends or a time comes. */
  | 'wait'
  /** Nothing before its input changes. */
  | 'stall'
  | 'nothing'
  /** It could not be looked at. */
  | 'unknown';

export interface Forecast {
  readonly action: ForecastAction;
  /** One sentence; holds no secret. */
  readonly why: string;
  /** What follows at once. */
  readonly then?: Forecast;
}
