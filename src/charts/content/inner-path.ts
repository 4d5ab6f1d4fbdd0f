import { InvalidChartError } from '../../api/errors.ts';

/**
 * The path of a file within its chart: what follows the first folder, as Helm reads it, whatever that folder
 * is called. Archives made on Windows have backslashes. Nothing is ever unpacked to such a path; but what could
 * not be unpacked safely anywhere is not a chart.
 */
export function innerPath(path: string): string {
  const segments = path.replaceAll('\\', '/').split('/');
  const inner = segments.slice(1).filter((segment) => segment !== '' && segment !== '.');
  const escapes = segments.includes('..') || segments[0] === '' || /^[a-z]:$/i.test(segments[0] ?? '');
  if (escapes || inner.some((segment) => /^[a-z]:$/i.test(segment))) {
    throw new InvalidChartError(`holds ${JSON.stringify(path)}, a path that leads out of the chart`);
  }
  if (inner.length === 0) {
    throw new InvalidChartError(`holds ${JSON.stringify(path)} outside of the folder of the chart`);
  }
  return inner.join('/');
}
