import { createSemaphore } from '../../process/semaphore.ts';

/**
 * Does the work for each item, so many at a time, and gives the results in the order of the items. After a failure
 * nothing more is begun, and it is thrown only when nothing is under way any more.
 */
export async function atOnce<T, R>(
  items: readonly T[],
  size: number,
  signal: AbortSignal,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const places = createSemaphore(size);
  let failed = false;
  const ends = await Promise.allSettled(
    items.map((item) =>
      places.run(signal, async () => {
        if (failed) throw new Skipped();
        try {
          return await work(item);
        } catch (caught) {
          failed = true;
          throw caught;
        }
      }),
    ),
  );
  const failures = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as Error);
  const first = failures.find((failure) => !(failure instanceof Skipped));
  if (first !== undefined) throw first;
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}

class Skipped extends Error {}
