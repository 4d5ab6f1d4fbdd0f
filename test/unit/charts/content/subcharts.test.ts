import { expect } from 'chai';
import { describe, it } from 'mocha';
import { InvalidChartError } from '../../../../src/api/errors.ts';
import { usedCharts } from '../../../../src/charts/content/subcharts.ts';

/** Each level depends on the next by so many names. */
function tower(levels: number, aliases: number): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  let folder = '';
  for (let level = 0; level <= levels; level++) {
    const next = `level${level + 1}`;
    const dependencies = Array.from({ length: level === levels ? 0 : aliases }, (_, at) => ({
      ...{ name: next, version: '1.0.0', alias: `${next}-${at}` },
    }));
    const chart = { apiVersion: 'v2', name: `level${level}`, version: '1.0.0', dependencies };
    files.set(`${folder}Chart.yaml`, Buffer.from(JSON.stringify(chart)));
    folder += `charts/${next}/`;
  }
  return files;
}

describe('the subcharts of a chart', () => {
  it('are followed under several names', () => {
    expect(usedCharts(tower(2, 3), {})).to.deep.equal(['', 'charts/level1/', 'charts/level1/charts/level2/']);
  });

  it('are not followed without end: their names multiply with each level', () => {
    expect(() => usedCharts(tower(8, 20), {})).to.throw(InvalidChartError, /too many aliases to follow/);
  });
});
