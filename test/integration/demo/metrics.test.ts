import { expect } from 'chai';
import { sumOf } from '../../../hack/demo/metrics.ts';

describe('a sum over the metrics', () => {
  it('adds the samples of one metric, with and without labels, and no others', () => {
    const exposition = `# HELP passes_count 100 looks
passes_count{outcome="done"} 3
passes_count{outcome="wait"} 4
passes_count 0.5
more_passes_count_total 9
passes_bucket{le="+Inf"} 7
`;

    expect(sumOf(exposition, /^passes_count$/)).to.equal(7.5);
    expect(sumOf('', /^passes_count$/)).to.equal(0);
  });
});
