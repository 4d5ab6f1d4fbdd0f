import { TableCellDisplayMode, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import * as tablePanel from '@grafana/grafana-foundation-sdk/table';
import { type AnyPanel, type Colour, type PanelSettings, type Step, withSettings } from './panels.ts';
import { tableOf } from './queries.ts';

export interface Column {
  /** A label, or `Value #A` of the query A; of the only query `Value`. */
  readonly from: string;
  readonly title: string;
  readonly unit?: string;
  readonly steps?: readonly Step[];
  /** Where a click leads. */
  readonly link?: { readonly title: string; readonly url: string };
}

export interface TableSettings extends Omit<PanelSettings, 'unit' | 'steps'> {
  readonly columns: readonly Column[];
  /** Titles of columns, of which the highest comes first. */
  readonly sortBy?: string;
}

/** The rows of all queries, put together where their labels agree, and of their labels only the columns named. */
export function table({ columns, sortBy, ...settings }: TableSettings): AnyPanel {
  const panel = withSettings(new tablePanel.PanelBuilder(), { ...settings, unit: 'short' }, 8)
    .filterable(true)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: columns.map(({ from }) => from) } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(columns.map(({ from }, at) => [from, at])),
        renameByName: Object.fromEntries(columns.map(({ from, title }) => [from, title])),
      },
    });
  if (sortBy !== undefined) panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  for (const column of columns) {
    const properties = propertiesOf(column);
    if (properties.length > 0) panel.overrideByName(column.title, properties);
  }
  for (const target of settings.queries.map(tableOf)) panel.withTarget(target);
  return panel;
}

function propertiesOf({ unit, steps, link }: Column): DynamicConfigValue[] {
  return [
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(steps === undefined ? [] : coloured(steps)),
    ...(link === undefined ? [] : [{ id: 'links', value: [{ ...link, targetBlank: false }] }]),
  ];
}

function coloured(steps: readonly (readonly [number | null, Colour])[]): DynamicConfigValue[] {
  return [
    {
      id: 'thresholds',
      value: { mode: 'absolute', steps: steps.map(([value, color]) => ({ value, color })) },
    },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
  ];
}
