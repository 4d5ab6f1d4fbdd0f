import { z } from 'zod';
import type { ApplyMethod } from '../requests.ts';
import { helmStatusOf } from './helm-status.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const map = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

const template = z.object({ name: text, /** In base64. */ data: text });

const lastRun = z
  .object({ started_at: text, phase: text })
  .nullish()
  .transform((value) => ({ startedAt: value?.started_at ?? '', phase: value?.phase ?? '' }));

const hook = z
  .object({
    name: text,
    kind: text,
    path: text,
    manifest: text,
    events: list(z.string()),
    last_run: lastRun,
  })
  .transform(({ last_run, ...rest }) => ({
    ...rest,
    /** When it was last begun, and how that ended: Running, Succeeded, Failed; empty if it never was. */
    lastRun: last_run,
  }));

const info = z
  .object({
    status: text.transform(helmStatusOf),
    description: text,
    first_deployed: text,
    last_deployed: text,
  })
  .transform(({ status, description, first_deployed, last_deployed }) => ({
    status,
    description,
    firstDeployed: first_deployed,
    lastDeployed: last_deployed,
  }));

/** Chart.yaml, the chart's own values and templates. Helm does not store subcharts. */
const chart = z
  .object({ metadata: map, values: map, templates: list(template) })
  .nullish()
  .transform((value) => value ?? { metadata: {}, values: {}, templates: [] });

export const releaseSchema = z
  .object({
    name: z.string(),
    namespace: text,
    version: z.number(),
    info,
    chart,
    config: map,
    manifest: text,
    hooks: list(hook),
    apply_method: text,
  })
  .transform(({ apply_method, ...release }) => ({
    ...release,
    // Helm 3 knows no other way, and writes nothing.
    applyMethod: applyMethodOf(apply_method),
  }));

function applyMethodOf(stored: string): ApplyMethod {
  return stored === 'ssa' ? 'server' : 'client';
}

/** One revision as Helm stores it. Holds values and rendered Secrets: never log it. */
export type StoredRelease = Readonly<z.output<typeof releaseSchema>> & {
  /** The user's values as JSON text: where a digit matters that a number cannot hold. */
  readonly configText: string;
};
