/** Whether Kubernetes merges fields for helm (server-side apply), or helm itself does. Helm 3 knows only the latter. */
export type ApplyMethod = 'client' | 'server';

interface Request {
  readonly namespace: string;
  readonly name: string;
  /** The ServiceAccount as which all of it is done, as the API server calls it; without it, by the operator's own rights. */
  readonly as?: string | undefined;
  /** helm's own limit: for each hook, and once more for the objects if it waits for them. */
  readonly timeoutMs: number;
  /** After this the run is ended from outside. */
  readonly limitMs: number;
  /** Texts that must not be shown: they are cut out of messages. */
  readonly secrets: readonly string[];
}

/** What changes objects. */
interface ApplyRequest extends Request {
  readonly noHooks?: boolean;
  /** `helm`: helm waits until the objects are ready, as Helm 3 does it. Default `none`. */
  readonly wait?: 'helm' | 'none';
  /**
   * Default: server for an install, what the newest revision was made with for an upgrade or a rollback. Nothing to
   * Helm 3; and `force` has it always done by the client.
   */
  readonly apply?: ApplyMethod;
  /** Take fields over from other managers; means something only where the server applies. */
  readonly forceConflicts?: boolean;
  /** Replace objects instead of patching them. */
  readonly force?: boolean;
}

export interface DeployRequest extends ApplyRequest {
  /** Absolute path of the packaged chart. */
  readonly chartPath: string;
  /** Raw values documents in rising priority. */
  readonly valuesFiles: readonly Buffer[];
  /** Come on top of all files. */
  readonly inlineValues: Readonly<Record<string, unknown>> | undefined;
  /** Our marks; undefined takes a label away that the revision would inherit. */
  readonly labels: Readonly<Record<string, string | undefined>>;
  readonly description?: string;
  readonly skipCRDs: boolean;
}

export interface InstallRequest extends DeployRequest {
  /** Start anew over a release that failed or was uninstalled. Deletes nothing. */
  readonly replace: boolean;
}

export interface UpgradeRequest extends DeployRequest {
  /** Keep what earlier revisions were given as values and lay the new ones on top. */
  readonly reuseValues: boolean;
  /** How many revisions to keep; 0 keeps all. */
  readonly maxHistory: number;
}

export interface RollbackRequest extends ApplyRequest {
  readonly revision: number;
  readonly maxHistory: number;
  /** Helm before 4.3 cannot take it. */
  readonly description?: string;
}

export interface UninstallRequest extends Request {
  readonly noHooks?: boolean;
  readonly wait?: 'helm' | 'none';
  readonly description?: string;
}

export interface TestRequest extends Request {
  /** Print the logs of the test pods. */
  readonly logs?: boolean;
}
