/** What has to be undone in the end, whatever happened: the last thing first. */
export interface CleanUp {
  defer(what: string, undo: () => Promise<void>): void;
  /** Undoes everything, also when a part of it fails; gives one sentence for each that did. */
  run(): Promise<readonly string[]>;
}

export function createCleanUp(): CleanUp {
  const undoings: { readonly what: string; readonly undo: () => Promise<void> }[] = [];
  return {
    defer: (what, undo) => {
      undoings.push({ what, undo });
    },
    run: async () => {
      const failures: string[] = [];
      for (let next = undoings.pop(); next !== undefined; next = undoings.pop()) {
        try {
          await next.undo();
        } catch (error) {
          failures.push(`${next.what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      return failures;
    },
  };
}
