import type { ChartSourceKind } from '../chart.ts';
import { withoutSecrets } from '../source.ts';
import type { SourceState } from './source-state.ts';

/** Whether a repository or registry answers, by all the charts of it that are in use. */
export interface RepositoryAnswer {
  readonly kind: ChartSourceKind;
  /** Without user, password and query. */
  readonly url: string;
  /** None of its charts could be had the last time. */
  readonly failing: boolean;
  /** How long ago it last gave one of them; undefined if it never did. */
  readonly answeredMsAgo: number | undefined;
}

const MAX_REPOSITORIES = 200;
/** Two that differ only beyond are one. */
const MAX_URL = 150;

/** Those that fail come first, and of these the ones that have been silent longest: there may be more than are shown. */
export function answersOf(states: readonly SourceState[], now: number): readonly RepositoryAnswer[] {
  const asked = states.filter(({ outcome }) => outcome !== undefined);
  const repositories = Map.groupBy(asked, ({ source }) => `${source.kind} ${shownUrl(source)}`);
  return [...repositories.values()]
    .flatMap((own) => answerOf(own, now))
    .toSorted((a, b) => Number(b.failing) - Number(a.failing) || silence(b) - silence(a))
    .slice(0, MAX_REPOSITORIES);
}

function answerOf(states: readonly SourceState[], now: number): readonly RepositoryAnswer[] {
  const [first] = states;
  if (first === undefined) return [];
  const answered = states.flatMap(({ answeredAt }) => (answeredAt === undefined ? [] : [answeredAt]));
  return [
    {
      kind: first.source.kind,
      url: shownUrl(first.source),
      failing: states.every(({ outcome }) => outcome?.kind === 'failed'),
      answeredMsAgo: answered.length === 0 ? undefined : now - Math.max(...answered),
    },
  ];
}

function silence({ answeredMsAgo }: RepositoryAnswer): number {
  return answeredMsAgo ?? Infinity;
}

function shownUrl({ url }: SourceState['source']): string {
  return withoutSecrets(url).slice(0, MAX_URL);
}
