import { expect } from 'chai';
import { describe, it } from 'mocha';
import { testBadInputs } from './bad-input.ts';
import { expectTrouble, footprintOf } from './trouble.ts';
import { webRelease } from './world.ts';

/** So long that every name of a release that begins with it is too long. */
const NAMESPACE = 'bad-target-in-a-namespace-that-has-a-name-of-its-own-length';

/** How often every release is looked at. */
const OFTEN = { flags: ['--charts-sync-interval=1s'] };

describe('a target that cannot be', function () {
  this.timeout(90_000);
  const bench = testBadInputs({ namespace: NAMESPACE, operator: OFTEN }, [
    {
      name: 'name',
      title: 'a release name over 53 characters',
      spoil: () => Promise.resolve({ releaseName: '' }),
      trouble: {
        step: 'spec',
        says: [`'${NAMESPACE}-`, 'characters, and Helm allows 53', 'set spec.releaseName to a shorter one'],
        stalled: true,
      },
      mend: () => Promise.resolve({}),
    },
    {
      name: 'namespace',
      title: 'a namespace that does not exist',
      spoil: () => Promise.resolve({ targetNamespace: 'later', wait: true }),
      trouble: {
        step: 'spec',
        says: ['namespace later of spec.targetNamespace does not exist', 'kubectl create namespace later'],
        stalled: false,
      },
      mend: async ({ world }) => {
        await world.cluster.createNamespace('later');
        return undefined;
      },
      target: 'later',
      noticed: true,
    },
    {
      name: 'elsewhere',
      title: 'a namespace that nobody is going to create',
      spoil: () => Promise.resolve({ targetNamespace: 'nowhere' }),
      trouble: {
        step: 'spec',
        says: ['namespace nowhere of spec.targetNamespace does not exist', 'or name another one'],
        stalled: false,
      },
      mend: () => Promise.resolve({}),
      noticed: true,
    },
  ]);

  it('lets go of a HelmRelease whose release cannot be named any more, and leaves what it had released', async () => {
    const { world, apply, untilReady } = bench();
    const release = (releaseName: string) => webRelease(world, NAMESPACE, 'renamed', { releaseName });
    await apply(release('renamed'));
    await untilReady('renamed');
    const before = await footprintOf(world, NAMESPACE, 'renamed');
    await apply(release(''));
    await expectTrouble(bench(), 'renamed', { step: 'spec', says: ['Helm allows 53'], stalled: true });

    await world.cluster.kubectl(
      ...['delete', 'helmreleases.helm.fluxcd.io', 'renamed', '-n', NAMESPACE, '--timeout=15s'],
    );

    expect(await footprintOf(world, NAMESPACE, 'renamed')).to.deep.equal(before);
  });

  it('is a release that Tiller keeps: it is not installed a second time, and is when Tiller lets it go', async () => {
    const { world, apply, untilReady } = bench();
    const labels = { OWNER: 'TILLER', NAME: 'kept', STATUS: 'DEPLOYED', VERSION: '3' };
    const metadata = { name: 'kept.v3', namespace: NAMESPACE, labels };
    await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    const release = webRelease(world, NAMESPACE, 'kept', { releaseName: 'kept' });
    const annotations = { 'helm.fluxcd.io/migrate': 'true' };
    await apply({ ...release, metadata: { ...release.metadata, annotations } });

    await expectTrouble(bench(), 'kept', {
      step: 'spec',
      says: [
        `release kept is one of Helm 2 (${NAMESPACE}/kept.v3 is Tiller's record of it)`,
        'the annotation helm.fluxcd.io/migrate is not carried out',
        'helm 2to3 convert kept',
      ],
      stalled: true,
    });
    expect(await world.revisions(NAMESPACE, 'kept')).to.deep.equal([]);

    await world.cluster.kubectl('delete', 'configmap', 'kept.v3', '-n', NAMESPACE);
    await untilReady('kept');
  });

  it('is refused by kubectl apply where it is written down: a release name over 53 characters', async () => {
    const release = webRelease(bench().world, NAMESPACE, 'refused', { releaseName: 'r'.repeat(54) });
    const refusal = await bench()
      .apply(release)
      .then(() => 'nothing', String);
    expect(refusal).to.match(
      /spec\.releaseName: .*Helm allows at most 53 characters in the name of a release/,
    );
  });

  it('does not take what it knows of one release for what it knows of another', async () => {
    const { world, apply, untilReady } = bench();
    const release = (releaseName: string, pod: string) =>
      webRelease(world, NAMESPACE, 'moved', {
        ...{ releaseName, wait: true, timeout: 4 },
        values: { podAnnotations: { 'testenv.helm-release-operator.io/pod': pod } },
      });
    await apply(release('moved-from', 'ready'));
    await untilReady('moved');
    await apply(release('moved-to', 'never-ready'));

    const { status } = await expectTrouble(bench(), 'moved', {
      ...{ step: 'wait', says: ['install to revision 1', 'not ready within 4 s'], stalled: false },
    });
    expect(status?.releaseName).to.equal('moved-to');
    expect(status?.deployed).to.equal(undefined);

    await apply(release('moved-from', 'ready'));
    await untilReady('moved');
    expect((await world.release(NAMESPACE, 'moved')).status?.deployed?.revision).to.equal(1);
    expect(await world.revisions(NAMESPACE, 'moved-from')).to.have.length(1);
  });
});
