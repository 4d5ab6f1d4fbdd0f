import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError, InvalidChartError } from '../api/errors.ts';
import { createSingleFlight } from '../process/single-flight.ts';
import { readChart } from './content/content.ts';
import type { Download } from './http/body.ts';
import { refusalOf } from './http/refusal.ts';
import type { ChartStore, StoredChart } from './store.ts';

export interface ArchiveRequest {
  /** What makes this archive that very one for whoever may see it; for one key it is fetched once. */
  readonly key: string;
  /** Begins every message: "the archive https://...". */
  readonly subject: string;
  /** Hex SHA-256 that the source announced. */
  readonly sha256: string | undefined;
  /** Whether credentials go with the request. */
  readonly authorized: boolean;
  /** Sends the request; the body of a 200 goes to the file. */
  send(
    file: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly saved: Download | undefined }>;
}

/** Downloads packaged charts into the store. */
export interface Archives {
  /** Throws ChartUnavailableError or InvalidChartError. */
  fetch(request: ArchiveRequest, signal: AbortSignal): Promise<StoredChart>;
}

/** Helm unpacks at most 100 MiB, and packed that is hardly larger. */
const MAX_BYTES = 100 * 1024 * 1024;

export function createArchives({ store, dir }: { store: ChartStore; dir: string }): Archives {
  const flights = createSingleFlight<StoredChart>();
  let files = 0;

  const download = async (request: ArchiveRequest, signal: AbortSignal): Promise<StoredChart> => {
    const { key, subject, authorized } = request;
    const file = join(dir, `download-${String((files += 1))}.tgz`);
    try {
      const { status, saved } = await request.send(file, MAX_BYTES, signal);
      if (!saved) throw refusalOf(subject, { status, authorized });
      check(request, saved);
      return await store.keep(key, file, await readChart(file, subject));
    } finally {
      await rm(file, { force: true });
    }
  };

  return {
    fetch: async (request, signal) =>
      (await store.find(request.key)) ??
      flights.run(
        request.key,
        signal,
        async (shared) => (await store.find(request.key)) ?? download(request, shared),
      ),
  };
}

function check({ subject, sha256 }: ArchiveRequest, saved: Download): void {
  if (saved.bytes === 0) throw new ChartUnavailableError(`${subject} is empty`);
  if (sha256 === undefined || saved.sha256 === sha256) return;
  throw new InvalidChartError(
    `${subject} is not what it should be: its SHA-256 is ${saved.sha256}, announced was ${sha256}`,
  );
}
