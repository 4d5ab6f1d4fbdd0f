export const SERIES_COLOURS = 8;

const LIGHT = {
  ...{ text: '#24292f', faint: '#57606a', paper: '#f6f8fa', panel: '#ffffff', edge: '#d0d7de' },
  ...{
    green: '#1a7f37',
    yellow: '#9a6700',
    orange: '#bc4c00',
    red: '#cf222e',
    blue: '#0969da',
    purple: '#8250df',
  },
};
const DARK: typeof LIGHT = {
  ...{ text: '#e6edf3', faint: '#8b949e', paper: '#0d1117', panel: '#161b22', edge: '#30363d' },
  ...{
    green: '#56d364',
    yellow: '#e3b341',
    orange: '#ffa657',
    red: '#ff7b72',
    blue: '#58a6ff',
    purple: '#d2a8ff',
  },
};
const SERIES = ['blue', 'orange', 'green', 'purple', 'yellow', 'red', 'faint', 'text'] as const;

/** One picture for both: it follows what the reader has chosen. */
export const STYLE = `
  text { font: 12px system-ui, sans-serif; }
  .title { font-weight: 600; }
  .row { font-size: 14px; font-weight: 600; }
  .head { font-size: 18px; font-weight: 600; }
  .big { font-size: 30px; font-weight: 600; }
  .middle { font-size: 20px; font-weight: 600; }
  .small { font-size: 11px; }
  polyline { fill: none; stroke-width: 1.8; }
  .area { fill-opacity: 0.35; }
  .lane { fill-opacity: 0.75; }
${rules(LIGHT)}
  @media (prefers-color-scheme: dark) {
${rules(DARK)}
  }`;

function rules(colours: typeof LIGHT): string {
  const { text, faint, paper, panel, edge, ...states } = colours;
  return [
    `text, .text { fill: ${text}; }`,
    `.faint, .small { fill: ${faint}; }`,
    `.paper { fill: ${paper}; }`,
    `.panel { fill: ${panel}; stroke: ${edge}; }`,
    `.grid { stroke: ${edge}; stroke-width: 1; }`,
    ...Object.entries(states).map(
      ([name, colour]) => `.${name}, .f${name} { fill: ${colour}; } .c${name} { stroke: ${colour}; }`,
    ),
    ...SERIES.flatMap((name, at) => [
      `.c${String(at)} { stroke: ${colours[name]}; }`,
      `.f${String(at)} { fill: ${colours[name]}; }`,
    ]),
  ]
    .map((rule) => `    ${rule}`)
    .join('\n');
}
