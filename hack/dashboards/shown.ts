/** Of a dashboard's JSON what is looked at here. */
export interface ShownDashboard {
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly ShownPanel[];
}

export interface ShownPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly ShownTarget[];
  readonly transformations?: readonly { readonly id: string; readonly options: TransformOptions }[];
  readonly options?: { readonly textMode?: string };
  readonly fieldConfig?: {
    readonly defaults: FieldDefaults;
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

export interface ShownTarget {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly format?: string;
}

export interface TransformOptions {
  readonly include?: { readonly names: readonly string[] };
  readonly indexByName?: Readonly<Record<string, number>>;
  readonly renameByName?: Readonly<Record<string, string>>;
}

export interface FieldDefaults {
  readonly unit?: string;
  readonly decimals?: number;
  readonly noValue?: string;
  readonly thresholds?: { readonly steps: readonly ThresholdStep[] };
  readonly mappings?: readonly {
    readonly options: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  }[];
  readonly custom?: {
    readonly drawStyle?: string;
    readonly lineInterpolation?: string;
    readonly stacking?: { readonly mode: string };
  };
}

/** A property that only the series or the column of this name has. */
export function overrideOf({ fieldConfig }: ShownPanel, name: string, property: string): unknown {
  const own = fieldConfig?.overrides.find(({ matcher }) => matcher.options === name)?.properties ?? [];
  return own.find(({ id }) => id === property)?.value;
}

export interface ThresholdStep {
  readonly value: number | null;
  readonly color: string;
}

/** What Grafana puts between the lines of a query before it is asked. Throws for a variable that nobody has given. */
export function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const value = variables[name];
    if (value === undefined) throw new Error(`the variable ${name} has no value`);
    return value;
  });
}

/** The legend of a series: `{{label}}` stands for its label. */
export function legendOf({ legendFormat }: ShownTarget, labels: Readonly<Record<string, string>>): string {
  if (legendFormat === undefined) return Object.values(labels).join(' ');
  return legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
}
