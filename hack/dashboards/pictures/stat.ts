import type { PanelAnswer } from '../answers.ts';
import { legendOf } from '../shown.ts';
import { type Box, colourOf, mapped, text } from './parts.ts';
import { shownValue } from './units.ts';

/** One number, or the name of what there is, in the middle of the panel. */
export function drawStat({ panel, answers }: PanelAnswer, { x, y, width, height }: Box): readonly string[] {
  const defaults = panel.fieldConfig?.defaults ?? {};
  const [answer] = answers;
  const [sample] = answer?.samples ?? [];
  const middle = x + width / 2;
  const centre = y + height / 2;
  const big = (content: string, look: string, at = centre + 8): string =>
    text(middle, at, content, { look: `middle ${look}`, anchor: 'middle', width, character: 11 });
  if (answer === undefined || sample === undefined) return [big(defaults.noValue ?? 'No data', 'faint')];
  const meaning = mapped(sample.value, defaults);
  const colour = meaning?.color ?? colourOf(sample.value, defaults.thresholds?.steps);
  const name = legendOf(answer.target, sample.labels);
  const value = meaning?.text ?? shownValue(sample.value, defaults.unit ?? 'short', defaults.decimals);
  if (panel.options?.textMode === 'name') return [big(name, colour)];
  if (panel.options?.textMode === 'value_and_name')
    return [
      text(middle, centre - 10, name, { anchor: 'middle', look: 'faint', width }),
      big(value, colour, centre + 16),
    ];
  return [big(value, colour)];
}
