import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expositionOf, measureFamilies, type MetricFamily } from '../../../hack/metrics/families.ts';
import { LABELS } from '../../../hack/metrics/labels.ts';

const NONE = { releases: 0, syncs: 0, sources: 0, credentials: 0 };
/** Units that are not base units, or should not be in a name. */
const NO_UNIT = /_(ms|millis|milliseconds|minutes|hours|kb|mb|gb|kilobytes|megabytes|percent)(_|$)/;
const NO_LABEL = /message|cause|error|path|commit|user|author|token|digest|uid|pod/;

describe('every metric of ours', () => {
  let families: readonly MetricFamily[];
  let ours: readonly MetricFamily[];

  before(async () => {
    families = await measureFamilies();
    // Those of Helm Operator are what people's dashboards ask for.
    ours = families.filter(({ name }) => !name.startsWith('flux_'));
  });

  const offenders = (isWrong: (family: MetricFamily) => boolean): readonly string[] =>
    ours.filter(isWrong).map(({ name }) => name);

  it('has series in the moment that the reference is made of', () => {
    expect(ours).to.have.length.above(50);
    expect(families.filter(({ atMost }) => atMost === 0).map(({ name }) => name)).to.deep.equal([]);
  });

  it('has one of the two prefixes, and a name of small letters', () => {
    expect(
      offenders(({ name }) => !/^(helmrelease|helm_release_operator)(_[a-z]+)+$/.test(name)),
    ).to.deep.equal([]);
  });

  it('ends with _total if it is a counter, and not otherwise', () => {
    expect(offenders(({ name, type }) => name.endsWith('_total') !== (type === 'counter'))).to.deep.equal([]);
  });

  it('is in base units, which stand at its end', () => {
    expect(offenders(({ name }) => NO_UNIT.test(name))).to.deep.equal([]);
    expect(offenders(({ name }) => /_(seconds|bytes)_(?!total$)/.test(name))).to.deep.equal([]);
    expect(
      offenders(({ name }) => /duration|timestamp|oldest|interval/.test(name) && !name.endsWith('_seconds')),
    ).to.deep.equal([]);
    expect(offenders(({ name, type }) => type === 'histogram' && !name.endsWith('_seconds'))).to.deep.equal(
      [],
    );
  });

  it('says in a sentence what it is', () => {
    expect(offenders(({ help }) => !/^[A-Z0-9h].{15,}\.$/.test(help))).to.deep.equal([]);
    expect(new Set(ours.map(({ help }) => help))).to.have.property('size', ours.length);
  });

  it('has only labels whose values are few, each with what keeps them so', () => {
    for (const { name, labels } of families) {
      const unknown = labels.filter((label) => LABELS[label] === undefined);
      expect(unknown, `${name}: say in hack/metrics/labels.ts what bounds the values of`).to.deep.equal([]);
      expect(
        labels.filter((label) => NO_LABEL.test(label)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('has no series of a release, a GitSync, a source or a credential where there is none', async () => {
    const { series } = await expositionOf(NONE);
    const names = new Set(series.map(({ name }) => name));
    const left = families.filter(({ name, per }) => per !== 'operator' && names.has(name));
    expect(left.map(({ name }) => name)).to.deep.equal([]);
  });
});

describe('the series of 1,000 releases', function () {
  this.timeout(20_000);

  for (const [fleet, most] of [
    ['usual', 105],
    ['worst', 360],
  ] as const) {
    it(`are as many as the reference says of the ${fleet} ones, and below ${most} each`, async () => {
      const families = await measureFamilies();
      const sum = (per: MetricFamily['per']): number =>
        families
          .filter((family) => family.per === per)
          .reduce((total, { series, atMost }) => total + (fleet === 'usual' ? series : atMost), 0);

      const { series } = await expositionOf({ ...NONE, releases: 1_000 }, fleet);

      expect(series).to.have.length(1_000 * sum('HelmRelease') + sum('operator'));
      expect(sum('HelmRelease')).to.be.below(most);
      expect(sum('operator')).to.be.below(800);
    });
  }
});
