import { ValuesError } from '../api/errors.ts';

/** All sources together: however many URLs do not answer, the pass comes to an end. */
const LIMIT_MS = 120_000;

export async function withinLimit<T>(
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, LIMIT_MS);
  try {
    return await work(AbortSignal.any([signal, limit.signal]));
  } catch (caught) {
    if (signal.aborted || !limit.signal.aborted) throw caught;
    throw new ValuesError(
      `the sources of spec.valuesFrom took longer than ${String(LIMIT_MS / 1000)} s together: look at the URLs among them`,
    );
  } finally {
    clearTimeout(timer);
  }
}
