/** Held in memory at once, unless one file is larger. */
const BATCH_BYTES = 8_000_000;
const BATCH_FILES = 2_000;

/** Cuts files into portions of which one fits into memory, in their order. */
export function* batches<T extends { readonly size: number }>(files: readonly T[]): Generator<readonly T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && (bytes + file.size > BATCH_BYTES || batch.length >= BATCH_FILES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(file);
    bytes += file.size;
  }
  if (batch.length > 0) yield batch;
}
