import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidChartError, OperatorError } from '../../api/errors.ts';
import type { Checkout } from './checkout.ts';
import type { Plan } from './plan.ts';
import { checkVendored, clearReplaced, putArchive } from './vendor.ts';

/** Runs `helm package`: packages a folder, honouring its .helmignore, into another and gives back the file. */
export type PackageChart = (dir: string, into: string, signal: AbortSignal) => Promise<string>;

export interface BuildOptions {
  readonly checkout: Checkout;
  readonly packageChart: PackageChart;
  readonly signal: AbortSignal;
}

/** Packages a chart with its dependencies in charts/, as `helm dependency update` and `helm package` would. */
export async function build({ path, parts }: Plan, o: BuildOptions): Promise<string> {
  const folder = await o.checkout.export(path);
  const charts = join(folder, 'charts');
  const subject = o.checkout.subject(path);
  await clearReplaced(charts, parts);
  for (const part of parts) {
    switch (part.kind) {
      case 'vendored':
        await checkVendored(charts, part.dependency, subject);
        break;
      case 'archive':
        await putArchive(charts, `${part.chart.name}-${part.chart.version}.tgz`, part.chart.path);
        break;
      case 'folder':
        await putArchive(charts, `${part.dependency.name}-from-folder.tgz`, await build(part.plan, o));
    }
  }

  const into = join(folder, '..', 'package');
  await mkdir(into, { recursive: true });
  try {
    return await o.packageChart(folder, into, o.signal);
  } catch (caught) {
    o.signal.throwIfAborted();
    if (!(caught instanceof OperatorError)) throw caught;
    throw new InvalidChartError(`${subject} cannot be packaged`, { cause: caught });
  }
}
