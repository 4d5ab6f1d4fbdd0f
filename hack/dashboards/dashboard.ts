/* eslint-disable @typescript-eslint/no-deprecated -- the form that Grafana 10 to 12 and the sidecar of its chart take from files */
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { AnyPanel } from './panels.ts';

export interface Section {
  readonly title: string;
  readonly panels: readonly AnyPanel[];
}

export interface DashboardSettings {
  readonly uid: string;
  readonly title: string;
  readonly says: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
  readonly from?: string;
}

/** The JSON of a dashboard as Grafana reads it from a file. */
export type FileDashboard = Dashboard;

const TAG = 'helm-release-operator';

/** A dashboard with its panels in the order given, from the left to the right, each with a number of its own. */
export function dashboard({
  uid,
  title,
  says,
  variables,
  sections,
  from = 'now-6h',
}: DashboardSettings): FileDashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(says)
    .tags([TAG])
    .time({ from, to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .link(
      new DashboardLinkBuilder('Helm releases')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    );
  for (const section of sections) {
    builder.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) builder.withPanel(panel);
  }
  return numbered(builder.build());
}

/** The builder hides links to other dashboards in a menu; without a place they stand in the bar, where people look. */
function numbered({ panels = [], links = [], ...rest }: FileDashboard): FileDashboard {
  return {
    ...rest,
    links: links.map(({ placement: _, ...link }) => link),
    panels: panels.map((panel, at) => ({ ...panel, id: at + 1 })),
  };
}
