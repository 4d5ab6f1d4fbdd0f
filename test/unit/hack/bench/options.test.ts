import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readOptions } from '../../../../hack/bench/options.ts';

describe('the command line of the benchmark', () => {
  it('means the life of releases from Git when nothing is said', () => {
    const { scenario, counts, sources, slots, record, peer } = readOptions([]);

    expect({ scenario, counts, sources, slots, record, peer }).to.deep.equal({
      ...{ scenario: 'lifecycle', counts: [], sources: ['git'], slots: 4, record: false, peer: undefined },
    });
  });

  it('takes several sizes and sources at once', () => {
    const { counts, sources } = readOptions(['many', '-n', '5000,10000', '--source', 'git,oci']);

    expect(counts).to.deep.equal([5_000, 10_000]);
    expect(sources).to.deep.equal(['git', 'oci']);
  });

  it('takes another controller by what it has to know of it', () => {
    const { peer } = readOptions([
      ...['--plane', 'dir', '--watch-group', 'example.com/v2', '--kind', 'Release', '--manifest', 'm.yaml'],
      ...['--pid', '12', '--pid', '13,14'],
    ]);

    expect(peer).to.deep.equal({
      ...{ plane: 'dir', groupVersion: 'example.com/v2', kind: 'Release', manifest: 'm.yaml' },
      ...{ setup: undefined, annotation: undefined, pids: [12, 13, 14] },
    });
  });

  for (const [argv, says] of [
    [['-n', 'many'], '-n: "many" is no whole number'],
    [['--source', 'svn'], '--source: "svn" is none of git, helm, oci'],
    [['--helm', 'helm2'], '--helm: "helm2" is none of helm, helm3'],
    [['one', 'two'], 'one scenario at a time: two is too many'],
    [['--kind', 'Release'], 'another controller needs --plane, --watch-group, --manifest too'],
  ] as const) {
    it(`says of ${argv.join(' ')} what is wrong`, () => {
      expect(() => readOptions(argv)).to.throw(says);
    });
  }
});
