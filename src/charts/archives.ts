import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChartUnavailableError, InvalidChartError } from '../api/errors.ts';
import { createSingleFlight } from '../process/single-flight.ts';
import { readChart } from './content/content.ts';
import { conditions } from './http/conditions.ts';
import type { Download } from './http/body.ts';
import type { HttpAnswer } from './http/http-client.ts';
import { AccessRefusedError, refusalOf } from './http/refusal.ts';
import { createRecent } from './recent.ts';
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
  /** Other bytes may come under the same key some day: the server is asked each time whether they have. */
  readonly mayChange?: boolean;
  /** Sends the request; the body of a 200 goes to the file. */
  send(o: SendOptions): Promise<HttpAnswer & { readonly saved: Download | undefined }>;
}

export interface SendOptions {
  readonly file: string;
  readonly maxBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Downloads packaged charts into the store. */
export interface Archives {
  /** Throws ChartUnavailableError or InvalidChartError. */
  fetch(request: ArchiveRequest, signal: AbortSignal): Promise<StoredChart>;
}

/** Helm unpacks at most 100 MiB, and packed that is hardly larger. */
const MAX_BYTES = 100 * 1024 * 1024;
const MAX_REMEMBERED = 5_000;

export function createArchives({ store, dir }: { store: ChartStore; dir: string }): Archives {
  const flights = createSingleFlight<StoredChart>();
  const stamps = createRecent<Readonly<Record<string, string>>>(MAX_REMEMBERED);
  let files = 0;

  const download = async (
    request: ArchiveRequest,
    signal: AbortSignal,
    known?: { readonly chart: StoredChart; readonly headers: SendOptions['headers'] },
  ): Promise<StoredChart> => {
    const { key, subject, authorized } = request;
    const file = join(dir, `download-${String((files += 1))}.tgz`);
    try {
      const answer = await request.send({ file, maxBytes: MAX_BYTES, headers: known?.headers ?? {}, signal });
      const { status, saved } = answer;
      if (known && status === 304) return known.chart;
      if (!saved) throw refusalOf(subject, { status, authorized });
      check(request, saved);
      const chart = await store.keep(key, file, await readChart(file, subject));
      stamps.set(key, conditions(answer.headers));
      return chart;
    } finally {
      await rm(file, { force: true });
    }
  };

  /** What is in the store is good until something else is there: a server that is away for a while changes nothing. */
  const downloadIfChanged = (
    request: ArchiveRequest,
    chart: StoredChart,
    signal: AbortSignal,
  ): Promise<StoredChart> => {
    const headers = stamps.get(request.key) ?? {};
    if (Object.keys(headers).length === 0) return Promise.resolve(chart);
    return download(request, signal, { chart, headers }).catch((caught: unknown) => {
      const isAway = caught instanceof ChartUnavailableError && !(caught instanceof AccessRefusedError);
      if (signal.aborted || !isAway) throw caught;
      return chart;
    });
  };

  return {
    fetch: async (request, signal) => {
      const { key, mayChange = false } = request;
      const known = mayChange ? undefined : await store.find(key);
      if (known) return known;
      return flights.run(key, signal, async (shared) => {
        const stored = await store.find(key);
        if (!stored) return download(request, shared);
        return mayChange ? downloadIfChanged(request, stored, shared) : stored;
      });
    },
  };
}

function check({ subject, sha256 }: ArchiveRequest, saved: Download): void {
  if (saved.bytes === 0) throw new ChartUnavailableError(`${subject} is empty`);
  if (sha256 === undefined || saved.sha256 === sha256) return;
  throw new InvalidChartError(
    `${subject} is not what it should be: its SHA-256 is ${saved.sha256}, announced was ${sha256}`,
  );
}
