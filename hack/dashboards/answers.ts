import { type ShownDashboard, type ShownPanel, type ShownTarget, withVariables } from './shown.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Series {
  readonly labels: Labels;
  /** Seconds of the Unix epoch, and the value then. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** Who answers queries. */
export interface Asked {
  readonly query: (expression: string) => Promise<readonly Sample[]>;
  readonly range: (expression: string) => Promise<readonly Series[]>;
}

export interface Answer {
  readonly target: ShownTarget;
  /** As it was asked, with no variable in it. */
  readonly expression: string;
  /** As of now; for a panel over time also what was before. */
  readonly samples: readonly Sample[];
  readonly series: readonly Series[];
}

export interface PanelAnswer {
  readonly panel: ShownPanel;
  readonly answers: readonly Answer[];
}

/** Asks every query of a dashboard that goes to Prometheus, as Grafana would for a person who has chosen these values. */
export async function answersTo(
  { panels }: ShownDashboard,
  variables: Labels,
  asked: Asked,
): Promise<readonly PanelAnswer[]> {
  const all: PanelAnswer[] = [];
  for (const panel of panels.filter(({ datasource }) => datasource?.type === 'prometheus')) {
    const answers: Answer[] = [];
    for (const target of panel.targets ?? []) {
      const expression = withVariables(target.expr, variables);
      const series = target.instant === true ? [] : await asked.range(expression);
      answers.push({ target, expression, samples: await asked.query(expression), series });
    }
    all.push({ panel, answers });
  }
  return all;
}
