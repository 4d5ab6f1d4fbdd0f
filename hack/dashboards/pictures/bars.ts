import type { PanelAnswer } from '../answers.ts';
import { legendOf } from '../shown.ts';
import { type Box, colourOf, rectangle, text } from './parts.ts';
import { shownValue } from './units.ts';

/** A bar for each series, the longest as long as there is room. */
export function drawBars({ panel, answers }: PanelAnswer, box: Box): readonly string[] {
  const { unit = 'short', thresholds, decimals } = panel.fieldConfig?.defaults ?? {};
  const rows = answers.flatMap(({ target, samples }) =>
    samples.map(({ labels, value }) => ({ name: legendOf(target, labels), value })),
  );
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE);
  const height = Math.min(34, (box.height - 8) / Math.max(1, rows.length));
  const names = box.width * 0.42;
  return rows.flatMap(({ name, value }, at) => {
    const y = box.y + at * height;
    const width = Math.max(2, (value / most) * (box.width - names - 80));
    const colour = colourOf(value, thresholds?.steps);
    return [
      text(box.x + 10, y + height / 2 + 4, name, { width: names - 16 }),
      rectangle({ x: box.x + names, y: y + 4, width, height: height - 8 }, `lane ${colour}`),
      text(box.x + names + width + 8, y + height / 2 + 4, shownValue(value, unit, decimals), {
        look: colour,
      }),
    ];
  });
}
