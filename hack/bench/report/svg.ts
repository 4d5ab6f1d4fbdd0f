import { linearAxis, logarithmicAxis, type Place, round } from './axis.ts';

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** Logarithmic if it does not say: what grows with the number of releases and no faster is then a straight line. */
  readonly axes?: 'linear' | 'logarithmic';
}

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 64, right: 600, top: 48, bottom: 366 };
const COLOURS = 8;

/** Colours that can be told apart on white and on black, also by those who do not see red and green. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 15px; font-weight: 600; }
  .paper { fill: #ffffff; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  polyline { fill: none; stroke-width: 2; }
  ${colours(['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#9a6700', '#cf222e', '#57606a', '#0a7a86'])}
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .paper { fill: #0d1117; }
    .grid { stroke: #30363d; }
    ${colours(['#58a6ff', '#ffa657', '#56d364', '#d2a8ff', '#e3b341', '#ff7b72', '#8b949e', '#76e3ea'])}
  }`;

export function lineChart({ title, x, y, lines, axes = 'logarithmic' }: Chart): string {
  const scale = axes === 'linear' ? linearAxis : logarithmicAxis;
  const points = lines.flatMap((line) => line.points);
  const across = scale(
    points.map(([at]) => at),
    PLOT.left,
    PLOT.right,
  );
  const up = scale(
    points.map(([, value]) => value),
    PLOT.bottom,
    PLOT.top,
  );
  const parts = [
    `<rect class="paper" width="${String(WIDTH)}" height="${String(HEIGHT)}"/>`,
    text(PLOT.left, 26, title, 'title'),
    ...across.ticks.flatMap((tick) => [
      rule(across.at(tick), PLOT.top, across.at(tick), PLOT.bottom),
      text(across.at(tick), PLOT.bottom + 20, amount(tick), undefined, 'middle'),
    ]),
    ...up.ticks.flatMap((tick) => [
      rule(PLOT.left, up.at(tick), PLOT.right, up.at(tick)),
      text(PLOT.left - 8, up.at(tick) + 4, amount(tick), undefined, 'end'),
    ]),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 14, x, undefined, 'middle'),
    text(PLOT.left, PLOT.top - 8, y),
    ...lines.flatMap((line, at) => drawn(line, at % COLOURS, across.at, up.at)),
    ...legend(lines, up.at),
  ];
  const size = `width="${String(WIDTH)}" height="${String(HEIGHT)}" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escaped(title)}">
<style>${STYLE}
</style>
${parts.join('\n')}
</svg>
`;
}

function drawn({ points }: Line, colour: number, across: Place, up: Place): readonly string[] {
  const places = points.map(([x, y]) => [across(x), up(y)] as const);
  const dots = places.map(
    ([x, y]) => `<circle class="c${String(colour)} dot" cx="${String(x)}" cy="${String(y)}" r="3.5"/>`,
  );
  const path = places.map(([x, y]) => `${String(x)},${String(y)}`).join(' ');
  return [`<polyline class="c${String(colour)}" points="${path}"/>`, ...dots];
}

const LINE_HEIGHT = 17;

/** Beside the end of each line, as near as the others leave room. */
function legend(lines: readonly Line[], up: Place): readonly string[] {
  const wished = lines
    .map(({ name, points }, at) => ({ name, at, y: up(points.at(-1)?.[1] ?? 0) }))
    .toSorted((a, b) => a.y - b.y);
  let free = PLOT.top;
  const placed = wished.map((label) => {
    const y = Math.max(label.y, free);
    free = y + LINE_HEIGHT;
    return { ...label, y };
  });
  const over = Math.max(0, free - LINE_HEIGHT - PLOT.bottom);
  return placed.map(({ name, at, y }) =>
    text(PLOT.right + 10, y - over + 4, name, `c${String(at % COLOURS)} label`),
  );
}

function colours(list: readonly string[]): string {
  return list
    .map((colour, at) => {
      const name = `.c${String(at)}`;
      return `${name} { stroke: ${colour}; } ${name}.dot { fill: ${colour}; } ${name}.label { fill: ${colour}; stroke: none; }`;
    })
    .join('\n  ');
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${String(x1)}" y1="${String(y1)}" x2="${String(x2)}" y2="${String(y2)}"/>`;
}

function text(x: number, y: number, content: string, name?: string, anchor = 'start'): string {
  const label = name === undefined ? '' : `class="${name}" `;
  return `<text ${label}x="${String(round(x))}" y="${String(round(y))}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function amount(value: number): string {
  return value >= 1_000 ? value.toLocaleString('en-GB') : String(Number(value.toPrecision(6)));
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
