import type { PanelAnswer } from '../answers.ts';
import type { ShownDashboard, ShownPanel } from '../shown.ts';
import { drawBars } from './bars.ts';
import { type Box, escaped, rectangle, text } from './parts.ts';
import { drawSeries } from './series.ts';
import { drawStat } from './stat.ts';
import { STYLE } from './style.ts';
import { drawTable } from './table.ts';
import type { Span } from './time.ts';
import { drawTimeline } from './timeline.ts';

const COLUMN = 50;
const LINE = 30;
const GAP = 4;
const HEAD = 44;
const TITLE = 26;
const WIDTH = 24 * COLUMN;

/** A dashboard as its JSON has it, with what its queries gave; roughly as Grafana shows it. */
export function drawPicture(
  dashboard: ShownDashboard,
  answers: readonly PanelAnswer[],
  note: string,
): string {
  const span = spanOf(answers);
  const lines = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const height = HEAD + lines * LINE + GAP;
  const parts = [
    rectangle({ x: 0, y: 0, width: WIDTH, height }, 'paper'),
    text(12, 28, dashboard.title, { look: 'head' }),
    text(WIDTH - 12, 28, note, { look: 'small', anchor: 'end' }),
    ...dashboard.panels.flatMap((panel) => drawPanel(panel, answers, span)),
  ];
  const size = `width="${String(WIDTH)}" height="${String(height)}" viewBox="0 0 ${String(WIDTH)} ${String(height)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escaped(dashboard.title)}">
<style>${STYLE}
</style>
${parts.join('\n')}
</svg>
`;
}

function drawPanel(panel: ShownPanel, answers: readonly PanelAnswer[], span: Span): readonly string[] {
  const { gridPos, title, type } = panel;
  const outer: Box = {
    x: gridPos.x * COLUMN + GAP,
    y: HEAD + gridPos.y * LINE + GAP,
    width: gridPos.w * COLUMN - 2 * GAP,
    height: gridPos.h * LINE - 2 * GAP,
  };
  if (type === 'row') return [text(outer.x + 8, outer.y + 17, title, { look: 'row' })];
  const inner: Box = { ...outer, y: outer.y + TITLE, height: outer.height - TITLE };
  const answer = answers.find((each) => each.panel.title === title);
  return [
    rectangle(outer, 'panel'),
    text(outer.x + 10, outer.y + 18, title, { look: 'title', width: outer.width - 16, character: 6.8 }),
    ...(answer === undefined ? unasked(inner) : drawContent({ ...answer, panel }, inner, span)),
  ];
}

function drawContent(answer: PanelAnswer, box: Box, span: Span): readonly string[] {
  switch (answer.panel.type) {
    case 'stat':
      return drawStat(answer, box);
    case 'timeseries':
      return drawSeries(answer, box, span);
    case 'table':
      return drawTable(answer, box);
    case 'state-timeline':
      return drawTimeline(answer, box, span);
    case 'bargauge':
      return drawBars(answer, box);
    default:
      throw new Error(`nobody has said how a panel of the type ${answer.panel.type} is drawn`);
  }
}

function unasked({ x, y, width, height }: Box): readonly string[] {
  return [text(x + width / 2, y + height / 2, 'not asked here', { look: 'faint', anchor: 'middle' })];
}

function spanOf(answers: readonly PanelAnswer[]): Span {
  const times = answers.flatMap((panel) =>
    panel.answers.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([at]) => at))),
  );
  return { from: Math.min(...times), to: Math.max(...times) };
}
