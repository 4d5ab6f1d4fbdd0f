import { type Family, gaugeFamily, type Sample } from './exposition.ts';
import type { SourceAnswer } from './sources.ts';

/** Of each repository or registry that charts come from: whether it answers. There are at most 200, those that fail first. */
export const SOURCE_ANSWERS: readonly Family[] = [
  perSource(
    'failing',
    '1 if the last lookup of every chart of this repository or registry failed, else 0.',
    ({ failing }) => (failing ? 1 : 0),
  ),
  perSource(
    'answered_timestamp_seconds',
    'When this repository or registry last gave a chart. There is no series before it did so once since the operator started.',
    ({ answeredAt }) => answeredAt,
  ),
];

function perSource(name: string, help: string, value: (source: SourceAnswer) => number | undefined): Family {
  return gaugeFamily(`helm_release_operator_chart_source_${name}`, help, ({ sourceAnswers }) =>
    sourceAnswers.flatMap((source): readonly Sample[] => {
      const now = value(source);
      return now === undefined ? [] : [[{ kind: source.kind, url: source.url }, now]];
    }),
  );
}
