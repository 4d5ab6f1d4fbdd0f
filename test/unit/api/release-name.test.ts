import { expect } from 'chai';
import fc from 'fast-check';
import { releaseNameProblem, targetOf } from '../../../src/api/release-name.ts';
import { release } from './release.ts';

describe('targetOf', () => {
  const rows = [
    { when: 'nothing is set', spec: {}, then: { releaseName: 'default-web', namespace: 'default' } },
    {
      when: 'the target is the own namespace',
      spec: { targetNamespace: 'default' },
      then: { releaseName: 'default-web', namespace: 'default' },
    },
    {
      when: 'the target is another namespace',
      spec: { targetNamespace: 'shop' },
      then: { releaseName: 'default-shop-web', namespace: 'shop' },
    },
    {
      when: 'a name is set',
      spec: { releaseName: 'front', targetNamespace: 'shop' },
      then: { releaseName: 'front', namespace: 'shop' },
    },
    {
      when: 'name and target are empty strings',
      spec: { releaseName: '', targetNamespace: '' },
      then: { releaseName: 'default-web', namespace: 'default' },
    },
  ];
  for (const { when, spec, then } of rows) {
    it(`is ${then.releaseName} in ${then.namespace} when ${when}`, () => {
      expect(targetOf(release(spec))).to.deep.equal(then);
    });
  }

  it('takes an empty namespace for default, as 1.4.4 did', () => {
    expect(targetOf(release({}, 'web', ''))).to.deep.equal({
      releaseName: 'default-web',
      namespace: 'default',
    });
  });
});

describe('releaseNameProblem', () => {
  it('defect 21: names a name that is made too long, its length, and how to set a shorter one', () => {
    const problem = releaseNameProblem(release({ targetNamespace: 'b'.repeat(20) }, 'c'.repeat(30)));

    expect(problem?.message).to.equal(
      `the release name 'default-${'b'.repeat(20)}-${'c'.repeat(30)}', made of the namespace and name of the HelmRelease, has 59 characters, and Helm allows 53: set spec.releaseName to a shorter one`,
    );
  });

  it('names a name that was set too long', () => {
    const problem = releaseNameProblem(release({ releaseName: 'n'.repeat(54) }));

    expect(problem?.message).to.equal(
      `the release name '${'n'.repeat(54)}' of spec.releaseName has 54 characters, and Helm allows 53: change spec.releaseName to a shorter one`,
    );
  });

  for (const releaseName of ['My_App', '-web', 'web-', 'a b', 'a..b', 'web.', 'Web']) {
    it(`refuses '${releaseName}'`, () => {
      expect(releaseNameProblem(release({ releaseName }))?.message).to.match(
        /^the release name '.+' of spec.releaseName is none that Helm allows: change spec.releaseName to one of/,
      );
    });
  }

  it('takes every name of the right form and length', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,24}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,24}[a-z0-9])?)?$/),
        (releaseName) => {
          const problem = releaseNameProblem(release({ releaseName }));
          expect(problem === undefined).to.equal(releaseName.length <= 53);
        },
      ),
    );
  });
});
