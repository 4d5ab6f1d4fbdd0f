import { UnexpectedError } from '../api/errors.ts';

/** The path that `helm package` says it wrote. */
export function packagedChart(output: string): string {
  const path = /^Successfully packaged chart and saved it to: (.+)$/m.exec(output)?.[1]?.trim();
  if (path === undefined) throw new UnexpectedError('helm package did not say where it put the chart');
  return path;
}
