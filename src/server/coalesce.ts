/**
 * Runs `work` for any number of requests: at once if it does not run yet, and once more afterwards if it was asked
 * for in between, because what runs may have looked already at what has changed since.
 */
export function coalesce(work: () => Promise<void>, onError: (error: unknown) => void): () => void {
  let wanted = false;
  let running = false;

  const isWanted = (): boolean => {
    const before = wanted;
    wanted = false;
    return before;
  };
  const run = async (): Promise<void> => {
    running = true;
    while (isWanted()) {
      try {
        await work();
      } catch (error) {
        onError(error);
      }
    }
    running = false;
  };

  return () => {
    wanted = true;
    if (!running) void run();
  };
}
