import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../../../src/api/helm-release.ts';
import { CrdError } from '../../../../src/release/act/crds.ts';
import { createWorld } from './world/world.ts';

async function digestWith(spec: Partial<HelmReleaseSpec>): Promise<string | undefined> {
  const world = createWorld(spec);
  await world.pass();
  return world.status().deployed?.digest;
}

describe('the policy for the definitions of a chart', () => {
  it('is part of what is wanted only where they are replaced, or were always left out', async () => {
    const unset = await digestWith({});

    expect(await digestWith({ crds: 'Create' })).to.equal(unset);
    expect(await digestWith({ crds: 'Skip' })).to.equal(await digestWith({ skipCRDs: true }));
    expect(await digestWith({ crds: 'Skip' })).not.to.equal(unset);
    expect(await digestWith({ crds: 'CreateReplace' })).not.to.equal(unset);
  });

  it('makes one upgrade when they are to be replaced from now on', async () => {
    const world = createWorld();
    await world.pass();
    world.subject.edit({ crds: 'CreateReplace' });

    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
    expect((await world.pass()).runs).to.deep.equal([]);
  });

  it('ends a pass before helm is run when one cannot be had, rolls nothing back, and is tried again', async () => {
    const world = createWorld({ rollback: { enable: true } });
    await world.pass();
    world.chart = 'b';
    world.prepareCrds = () =>
      Promise.reject(new CrdError('CustomResourceDefinition a cannot be applied: no'));

    const failed = await world.pass();

    expect(failed.runs).to.deep.equal([]);
    expect(failed.outcome).to.deep.include({ kind: 'retry', ms: 5_000 });
    expect(world.status().failure).to.include({
      step: 'upgrade',
      cause:
        'upgrade of web-1.0.0 (commit commit-b) failed: CustomResourceDefinition a cannot be applied: no',
    });
    expect(world.storage.newest('web')).to.include({ revision: 1, status: 'deployed' });
    world.prepareCrds = () => Promise.resolve({ skipCRDs: true });
    world.later(5_000);
    expect((await world.pass()).runs).to.deep.equal(['helm upgrade']);
  });
});

describe('the annotation helm.fluxcd.io/migrate', () => {
  it('is answered by an Event when the release is installed', async () => {
    const world = createWorld();
    world.subject.askToMigrate();

    await world.pass();
    await world.pass();

    expect(world.events.filter((reason) => reason === 'MigrationNotSupported')).to.have.length(1);
  });
});
