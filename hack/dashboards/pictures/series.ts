import { linearAxis } from '../../bench/report/axis.ts';
import type { PanelAnswer } from '../answers.ts';
import { legendOf, overrideOf, type ShownPanel } from '../shown.ts';
import { type Box, line, text } from './parts.ts';
import { SERIES_COLOURS } from './style.ts';
import { type Span, timeAxis } from './time.ts';
import { shownValue } from './units.ts';

interface Line {
  readonly name: string;
  /** The name of a colour, or a number among those for series. */
  readonly colour: string;
  readonly points: readonly (readonly [at: number, low: number, high: number])[];
}

/** Lines, steps or bars over time, with the legend below. */
export function drawSeries(answer: PanelAnswer, box: Box, span: Span): readonly string[] {
  const { unit = 'short', custom = {} } = answer.panel.fieldConfig?.defaults ?? {};
  const isStacked = custom.stacking?.mode === 'normal';
  const lines = linesOf(answer, isStacked);
  if (lines.length === 0)
    return [
      text(box.x + box.width / 2, box.y + box.height / 2, 'No data', { look: 'faint', anchor: 'middle' }),
    ];
  const plot = {
    left: box.x + 62,
    right: box.x + box.width - 12,
    top: box.y + 8,
    bottom: box.y + box.height - 42,
  };
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, , high]) => high)));
  const up = linearAxis([highest > 0 ? highest : 1], plot.bottom, plot.top);
  const ticks = up.ticks.filter((_, at) => at % Math.ceil(up.ticks.length / 5) === 0);
  const across = timeAxis(span, plot.left, plot.right);
  return [
    ...ticks.flatMap((tick) => [
      line(plot.left, up.at(tick), plot.right, up.at(tick)),
      text(plot.left - 6, up.at(tick) + 4, shownValue(tick, unit), {
        look: 'small',
        anchor: 'end',
        width: 60,
      }),
    ]),
    ...across.labels(plot.bottom + 14),
    ...lines.flatMap((each) => drawn(each, { ...custom, isStacked }, across.at, up.at)),
    ...legend(lines, plot.left - 50, box.y + box.height - 8, box.width - 16),
  ];
}

function linesOf({ panel, answers }: PanelAnswer, isStacked: boolean): readonly Line[] {
  const lower = new Map<number, number>();
  return answers
    .flatMap(({ target, series }) =>
      series.map(({ labels, points }) => ({ name: legendOf(target, labels), points })),
    )
    .map(({ name, points }, at) => ({
      name,
      colour: fixedColour(panel, name) ?? String(at % SERIES_COLOURS),
      points: points
        .filter(([, value]) => Number.isFinite(value))
        .map(([when, value]) => {
          const low = isStacked ? (lower.get(when) ?? 0) : 0;
          lower.set(when, low + value);
          return [when, low, low + value] as const;
        }),
    }));
}

function fixedColour(panel: ShownPanel, name: string): string | undefined {
  const colour = overrideOf(panel, name, 'color') as { readonly fixedColor: string } | undefined;
  return colour?.fixedColor;
}

interface Look {
  readonly drawStyle?: string;
  readonly lineInterpolation?: string;
  readonly isStacked: boolean;
}

function drawn(
  { colour, points }: Line,
  { drawStyle, lineInterpolation, isStacked }: Look,
  across: (at: number) => number,
  up: (value: number) => number,
): readonly string[] {
  const isStepped = lineInterpolation === 'stepAfter' || drawStyle === 'bars';
  const path = (which: 1 | 2): readonly string[] =>
    points.flatMap((point, at) => {
      const before = points[at - 1];
      const here = `${String(across(point[0]))},${String(up(point[which]))}`;
      return isStepped && before !== undefined
        ? [`${String(across(point[0]))},${String(up(before[which]))}`, here]
        : [here];
    });
  const top = path(2);
  const name = `c${colour}`;
  const area =
    isStacked || drawStyle === 'bars'
      ? [`<polygon class="f${colour} area" points="${[...top, ...path(1).toReversed()].join(' ')}"/>`]
      : [];
  return [...area, `<polyline class="${name}" points="${top.join(' ')}"/>`];
}

/** As many as there is room for, and how many more there are. */
function legend(lines: readonly Line[], left: number, y: number, width: number): readonly string[] {
  const drawnOnes: string[] = [];
  let x = left;
  for (const [at, { name, colour }] of lines.entries()) {
    const needs = 20 + name.length * 6.3;
    if (x + needs > left + width - 40) {
      drawnOnes.push(text(x, y, `+ ${String(lines.length - at)}`, { look: 'small' }));
      break;
    }
    drawnOnes.push(
      `<circle class="f${colour}" cx="${String(Math.round(x + 4))}" cy="${String(y - 4)}" r="4"/>`,
    );
    drawnOnes.push(text(x + 12, y, name, { look: 'small' }));
    x += needs;
  }
  return drawnOnes;
}
