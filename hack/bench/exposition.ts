import { setTimeout as sleep } from 'node:timers/promises';

interface Counts {
  readonly helm: number;
  readonly reads: number;
  readonly writes: number;
}

const TIMEOUT_MS = 600_000;
const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** What the operator says of itself at /metrics. */
export function readExposition(url: string): {
  reachable: () => Promise<void>;
  counts: () => Promise<Counts>;
  untilReady: (count: number, revision: number) => Promise<void>;
} {
  const samples = async (): Promise<readonly { name: string; labels: string; value: number }[]> => {
    const text = await (await fetch(url)).text();
    return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(
      ([, name = '', labels = '', value]) => ({
        name,
        labels,
        value: Number(value),
      }),
    );
  };
  const until = async (check: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + TIMEOUT_MS;
    while (!(await check())) {
      if (performance.now() > deadline) throw new Error('the operator did not get there in time');
      await sleep(200);
    }
  };
  return {
    reachable: () =>
      until(() =>
        samples().then(
          () => true,
          () => false,
        ),
      ),
    counts: async () => {
      const all = await samples();
      const sum = (name: string, fits: (labels: string) => boolean): number =>
        all
          .filter((each) => each.name === name && fits(each.labels))
          .reduce((total, { value }) => total + value, 0);
      const isRead = (labels: string): boolean => READS.has(/verb="([a-z]+)"/.exec(labels)?.[1] ?? '');
      const requests = 'helm_release_operator_kube_requests_total';
      return {
        helm: sum('helm_release_operator_helm_processes_started_total', () => true),
        reads: sum(requests, isRead),
        writes: sum(requests, (labels) => !isRead(labels)),
      };
    },
    untilReady: (count, revision) =>
      until(async () => {
        const all = await samples();
        const ready = all.filter(({ name, value }) => name === 'helmrelease_ready' && value === 1);
        const there = all.filter(({ name, value }) => name === 'helmrelease_revision' && value >= revision);
        return ready.length === count && there.length === count;
      }),
  };
}
