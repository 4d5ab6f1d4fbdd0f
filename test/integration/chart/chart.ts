import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadAll } from 'js-yaml';
import { tool } from '../../../hack/testenv/testenv.ts';
import type { Rule } from '../../support/chart-rights.ts';
import { run } from '../../support/run.ts';

export const CHART = fileURLToPath(new URL('../../../charts/helm-release-operator', import.meta.url));
export const NAMESPACE = 'flux';
export const RELEASE = 'helm-operator';

export type Values = Readonly<Record<string, unknown>>;

/** No configuration or plugin of whoever runs the tests. */
const HOME = join(tmpdir(), 'no-helm-home');
const ENV = { HELM_CONFIG_HOME: HOME, HELM_DATA_HOME: HOME, HELM_CACHE_HOME: HOME, HELM_PLUGINS: HOME };

/** Runs helm with these values, and gives what it prints. */
export async function helm(
  args: readonly string[],
  values: Values = {},
  program: 'helm' | 'helm3' = 'helm',
): Promise<string> {
  return run(await tool(program), [...args, '--values=-'], { env: ENV, input: JSON.stringify(values) });
}

/** For commands that take no values. */
export async function helmAlone(...args: readonly string[]): Promise<string> {
  return run(await tool('helm'), args, { env: ENV });
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: object;
}

/** Of all kinds that the chart has, what the tests look at. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly Rule[];
  readonly spec?: object;
}

export interface Pod {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly [Container, ...Container[]];
    readonly volumes: readonly { readonly name: string }[];
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly terminationGracePeriodSeconds: number;
  };
}

export async function render(
  values: Values = {},
  release = RELEASE,
  program?: 'helm' | 'helm3',
): Promise<readonly Rendered[]> {
  // The oldest that it is for; a helm that was built without saying so takes any for older.
  const args = ['template', release, CHART, '--namespace', NAMESPACE, '--skip-crds', '--kube-version=1.30.0'];
  const text = await helm(args, values, program);
  return (loadAll(text) as readonly (Rendered | null)[]).filter((object) => object !== null);
}

export function find(objects: readonly Rendered[], kind: string, name?: string): Rendered | undefined {
  return objects.find(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
}

export function podOf(objects: readonly Rendered[], kind: 'Deployment' | 'Job' = 'Deployment'): Pod {
  const spec = find(objects, kind)?.spec as { readonly template: Pod } | undefined;
  if (spec === undefined) throw new Error(`there is no ${kind}`);
  return spec.template;
}

/** What helm says of values that it does not take. */
export async function refusal(values: Values): Promise<string> {
  const outcome = await render(values).catch((error: unknown) => error);
  if (!(outcome instanceof Error)) throw new Error('these values are taken');
  return outcome.message;
}
