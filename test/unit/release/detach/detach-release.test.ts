import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmRelease } from '../../../../src/api/helm-release.ts';
import { FINALIZER } from '../../../../src/api/names.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { detachRelease } from '../../../../src/release/detach/detach-release.ts';
import type { DetachReleasePorts } from '../../../../src/release/detach/detach-release.ts';
import { fullStatus } from '../../../integration/api/samples.ts';

const signal = new AbortController().signal;

const RELEASE: HelmRelease = {
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'the-uid',
    resourceVersion: '1',
    finalizers: ['other', FINALIZER],
  },
  spec: { chart: { git: 'https://git.example/charts', path: 'web' } },
  status: fullStatus,
};

function conflict(): ApiError {
  return new ApiError('somebody was faster', { status: 409, statusReason: 'Conflict' });
}

interface Server extends DetachReleasePorts {
  readonly stored: () => HelmRelease | undefined;
  readonly writes: readonly string[];
}

/** Holds one HelmRelease, as an API server does. Before a write somebody else may do something. */
function serverWith(
  release: HelmRelease | undefined,
  before: (write: number) => HelmRelease | undefined,
): Server {
  let stored = release;
  const writes: string[] = [];
  const write = async (
    what: string,
    version: string | undefined,
    change: (now: HelmRelease) => HelmRelease,
  ) => {
    stored = before(writes.length) ?? stored;
    writes.push(what);
    await Promise.resolve();
    if (stored === undefined) throw new ApiError('gone', { status: 404, statusReason: 'NotFound' });
    if (stored.metadata.resourceVersion !== version) throw conflict();
    const next = change(stored);
    stored = { ...next, metadata: { ...next.metadata, resourceVersion: `${version ?? ''}+` } };
    return stored;
  };
  return {
    stored: () => stored,
    writes,
    get: () => Promise.resolve(stored),
    replaceStatus: ({ metadata, status }) =>
      write('status', metadata.resourceVersion, (now) => ({
        ...now,
        ...(status === undefined ? {} : { status }),
      })),
    mergePatch: (_ref, patch) => {
      const { metadata } = patch as HelmRelease;
      return write('finalizers', metadata.resourceVersion, (now) => ({
        ...now,
        metadata: { ...now.metadata, ...metadata },
      }));
    },
  };
}

const undisturbed = (): undefined => undefined;

describe('taking our marks off a HelmRelease', () => {
  it('leaves the finalizers of others and the status of old, the finalizer last', async () => {
    const server = serverWith(RELEASE, undisturbed);

    const what = await detachRelease(RELEASE, server, signal);

    expect(what).to.match(
      /^took off finalizer, condition Ready, status\.targetNamespace, .*status\.operation/,
    );
    expect(server.writes).to.deep.equal(['status', 'finalizers']);
    expect(server.stored()?.metadata.finalizers).to.deep.equal(['other']);
    expect(server.stored()?.status).to.include({ phase: 'RolledBack', rollbackCount: 2 });
    expect(server.stored()?.status).not.to.have.any.keys('history', 'deployed', 'failure');
  });

  it('writes nothing to what has nothing of us', async () => {
    const { status: _none, ...clean } = { ...RELEASE, metadata: { ...RELEASE.metadata, finalizers: [] } };
    const server = serverWith(clean, undisturbed);

    expect(await detachRelease(clean, server, signal)).to.equal(undefined);
    expect(server.writes).to.deep.equal([]);
  });

  it('begins again with what somebody else has made of it in between', async () => {
    const edited: HelmRelease = {
      ...RELEASE,
      metadata: { ...RELEASE.metadata, resourceVersion: '7', finalizers: [FINALIZER, 'theirs'] },
    };
    const server = serverWith(RELEASE, (write) => (write === 0 ? edited : undefined));

    await detachRelease(RELEASE, server, signal);

    expect(server.writes).to.deep.equal(['status', 'status', 'finalizers']);
    expect(server.stored()?.metadata.finalizers).to.deep.equal(['theirs']);
  });

  it('gives up on one that somebody changes all the time', async () => {
    const server = serverWith(RELEASE, (write) => ({
      ...RELEASE,
      metadata: { ...RELEASE.metadata, resourceVersion: `of write ${String(write)}` },
    }));

    const failed = await detachRelease(RELEASE, server, signal).catch((caught: unknown) => caught);

    expect(failed).to.have.property('status', 409);
    expect(server.writes).to.have.length(5);
  });

  it('leaves another object of the same name alone, and minds none that is gone', async () => {
    const metadata = { ...RELEASE.metadata, uid: 'another', resourceVersion: '9' };
    const server = serverWith(RELEASE, () => ({ ...RELEASE, metadata }));

    expect(await detachRelease(RELEASE, server, signal)).to.equal(undefined);
    expect(server.stored()?.metadata.finalizers).to.include(FINALIZER);
    expect(await detachRelease(RELEASE, serverWith(undefined, undisturbed), signal)).to.equal(undefined);
  });

  it('says what becomes of the release of one that goes with it, and of what it leaves behind', async () => {
    const going = {
      ...RELEASE,
      metadata: { ...RELEASE.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };

    const what = await detachRelease(going, serverWith(going, undisturbed), signal);

    expect(what).to.include('it is being deleted and goes now: release shop/shop-web stays in place');
    expect(what).to.include(
      'release shop/old, which it stood for before, stays and is listed nowhere any more',
    );
  });

  it('warns that Helm Operator 1.4.4 knows no chart in the commit of a GitSync', async () => {
    const own = { ...RELEASE, spec: { chart: { path: 'charts/web' } } };

    const what = await detachRelease(own, serverWith(own, undisturbed), signal);

    expect(what).to.include('write spec.chart.git and ref for it');
  });

  it('warns that Helm Operator 1.4.4 works on what is suspended', async () => {
    const suspended = { ...RELEASE, spec: { ...RELEASE.spec, suspend: true } };

    const what = await detachRelease(suspended, serverWith(suspended, undisturbed), signal);

    expect(what).to.include('spec.suspend is set, which Helm Operator 1.4.4 does not know');
  });
});
