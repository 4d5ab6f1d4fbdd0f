import type { PanelAnswer } from '../answers.ts';
import { type FieldDefaults, legendOf, overrideOf } from '../shown.ts';
import { type Box, colourOf, mapped, rectangle, text } from './parts.ts';
import { type Span, timeAxis } from './time.ts';
import { shownValue } from './units.ts';

/** One lane for each series; what has no value for a while is a gap. */
export function drawTimeline({ panel, answers }: PanelAnswer, box: Box, span: Span): readonly string[] {
  const defaults = panel.fieldConfig?.defaults ?? {};
  const lanes = answers.flatMap(({ target, series }) =>
    series.map(({ labels, points }) => ({ name: legendOf(target, labels), points })),
  );
  if (lanes.length === 0)
    return [
      text(box.x + box.width / 2, box.y + box.height / 2, defaults.noValue ?? 'No data', {
        ...{ look: 'faint', anchor: 'middle' },
      }),
    ];
  const names = Math.min(190, box.width * 0.35);
  const across = timeAxis(span, box.x + names, box.x + box.width - 10);
  const height = (box.height - 26) / lanes.length;
  return [
    ...lanes.flatMap(({ name, points }, lane) => {
      const y = box.y + lane * height;
      return [
        text(box.x + names - 8, y + height / 2 + 4, name, {
          anchor: 'end',
          look: 'small',
          width: names - 12,
        }),
        ...stretches(points).flatMap(([from, end, value]) => {
          const to = Math.min(end, span.to);
          const mappings = overrideOf(panel, name, 'mappings') as FieldDefaults['mappings'];
          const meaning = mapped(value, { ...defaults, ...(mappings === undefined ? {} : { mappings }) });
          const colour = meaning?.color ?? colourOf(value, defaults.thresholds?.steps);
          const place = {
            x: across.at(from),
            y: y + 2,
            width: across.at(to) - across.at(from),
            height: height - 4,
          };
          const label = meaning?.text ?? shownValue(value, defaults.unit ?? 'short');
          const fits = place.width > label.length * 6.5 + 6 && place.height > 11;
          return [
            rectangle(place, `lane ${colour}`),
            ...(fits ? [text(place.x + 4, y + height / 2 + 4, label, { look: 'paper' })] : []),
          ];
        }),
      ];
    }),
    ...across.labels(box.y + box.height - 6),
  ];
}

/** From when to when a series had one value, with no point missing in between. */
function stretches(
  points: readonly (readonly [at: number, value: number])[],
): readonly (readonly [from: number, to: number, value: number])[] {
  const found: (readonly [from: number, to: number, value: number])[] = [];
  for (const [at, value] of points) {
    const last = found.at(-1);
    const goesOn = last !== undefined && last[1] === at && last[2] === value;
    if (goesOn) found[found.length - 1] = [last[0], at + 1, value];
    else found.push([at, at + 1, value]);
  }
  return found;
}
