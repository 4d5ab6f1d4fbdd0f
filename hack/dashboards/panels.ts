import {
  AxisPlacement,
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as statPanel from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { instantOf, METRICS, type Query, rangeOf } from './queries.ts';

/** What every panel has to say. */
export interface PanelSettings {
  readonly title: string;
  /** For people who wonder what the number means. */
  readonly says: string;
  readonly queries: readonly Query[];
  /** One of Grafana's unit names; `short` for plain numbers. */
  readonly unit: string;
  readonly width: number;
  readonly height?: number;
  /** A colour from a value on, in rising order; the first is that of everything below. */
  readonly steps?: readonly Step[];
  readonly mappings?: readonly ValueMapping[];
  readonly decimals?: number;
  /** What stands there where the query gives nothing. */
  readonly none?: string;
}

export type Step = readonly [from: number | null, colour: Colour];
export type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';
export type AnyPanel = Builder<Panel>;

const STEADY: readonly Step[] = [[null, 'text']];
export const BAD_FROM_ONE: readonly Step[] = [
  [null, 'green'],
  [1, 'red'],
];

interface Common<T> {
  title(title: string): T;
  description(text: string): T;
  datasource(source: typeof METRICS): T;
  unit(unit: string): T;
  span(width: number): T;
  height(height: number): T;
  thresholds(thresholds: ThresholdsConfigBuilder): T;
  mappings(mappings: ValueMapping[]): T;
  decimals(decimals: number): T;
  noValue(text: string): T;
}

export function withSettings<T extends Common<T>>(
  panel: T,
  settings: Omit<PanelSettings, 'queries'>,
  height: number,
): T {
  const { title, says, unit, width, steps = STEADY, mappings, decimals, none } = settings;
  const thresholds = new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
  let built = panel
    .title(title)
    .description(says)
    .datasource(METRICS)
    .unit(unit)
    .span(width)
    .height(settings.height ?? height)
    .thresholds(thresholds);
  if (mappings !== undefined) built = built.mappings([...mappings]);
  if (decimals !== undefined) built = built.decimals(decimals);
  return none === undefined ? built : built.noValue(none);
}

const LAST = new ReduceDataOptionsBuilder().calcs(['lastNotNull']);

/** One number, or with `name` the name of what there is. */
export function stat({
  show = 'value',
  ...settings
}: PanelSettings & { show?: 'value' | 'name' | 'both' }): AnyPanel {
  const mode = {
    value: BigValueTextMode.Value,
    name: BigValueTextMode.Name,
    both: BigValueTextMode.ValueAndName,
  }[show];
  const panel = withSettings(new statPanel.PanelBuilder(), settings, 4)
    .textMode(mode)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .orientation(VizOrientation.Auto)
    .reduceOptions(LAST);
  for (const target of settings.queries.map(instantOf)) panel.withTarget(target);
  return panel;
}

/** Lines over time; `bars` for what was counted in each interval. */
export function series({
  draw = 'lines',
  stacked = false,
  colours = {},
  ...settings
}: PanelSettings & SeriesLook): AnyPanel {
  const panel = withSettings(new timeseries.PanelBuilder(), settings, 8)
    .drawStyle(draw === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineInterpolation(draw === 'steps' ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .lineWidth(draw === 'bars' ? 1 : 2)
    .fillOpacity(draw === 'bars' ? 70 : stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .axisPlacement(AxisPlacement.Auto)
    .axisSoftMin(0)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const [legend, fixedColor] of Object.entries(colours))
    panel.overrideByName(legend, [{ id: 'color', value: { mode: 'fixed', fixedColor } }]);
  for (const target of settings.queries.map(rangeOf)) panel.withTarget(target);
  return panel;
}

export interface SeriesLook {
  readonly draw?: 'lines' | 'steps' | 'bars';
  readonly stacked?: boolean;
  /** Of series by their legends, where a colour means something. */
  readonly colours?: Readonly<Record<string, Colour>>;
}

export interface TimelineLook {
  /** Of lanes by their legends, where a value means something else than in the others. */
  readonly meanings?: Readonly<Record<string, ValueMapping>>;
}

/** One lane for each series, coloured by its value. */
export function timeline({ meanings = {}, ...settings }: PanelSettings & TimelineLook): AnyPanel {
  const panel = withSettings(new statetimeline.PanelBuilder(), settings, 8)
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .fillOpacity(75)
    .lineWidth(0)
    .rowHeight(0.85)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(false)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single).sort(SortOrder.None));
  for (const [legend, meaning] of Object.entries(meanings))
    panel.overrideByName(legend, [{ id: 'mappings', value: [meaning] }]);
  for (const target of settings.queries.map(rangeOf)) panel.withTarget(target);
  return panel;
}

/** A bar for each series, the longest first where the query sorts them. */
export function bars(settings: PanelSettings): AnyPanel {
  const panel = withSettings(new bargauge.PanelBuilder(), settings, 8)
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(false)
    .min(0)
    .reduceOptions(LAST);
  for (const target of settings.queries.map(instantOf)) panel.withTarget(target);
  return panel;
}
