import { expect } from 'chai';
import { decodeRelease, StorageError } from '../../../../src/helm/storage/codec.ts';
import { createStorage, type Storage } from '../../../../src/helm/storage/storage.ts';
import { fakeSecrets, releaseSecret, type FakeSecrets } from './fake-secrets.ts';

const signal = new AbortController().signal;
const V1 = 'sh.helm.release.v1.web.v1';

function storageOver({ resource }: FakeSecrets): Storage {
  return createStorage(resource, resource);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
}

describe('createStorage', () => {
  it('lists revisions by number, not by text', async () => {
    const storage = storageOver(
      fakeSecrets(releaseSecret(10, 'deployed'), releaseSecret(9, 'superseded'), releaseSecret(1, 'failed')),
    );

    const records = await storage.list('shop', 'web', signal);

    expect(records.map(({ revision, status }) => [revision, status])).to.deep.equal([
      [1, 'failed'],
      [9, 'superseded'],
      [10, 'deployed'],
    ]);
  });

  it('leaves Secrets out that only look like revisions', async () => {
    const odd = { metadata: { ...releaseSecret(2, 'deployed').metadata, name: 'odd' } };

    expect(await storageOver(fakeSecrets(odd)).list('shop', 'web', signal)).to.deep.equal([]);
  });

  it('does not put anything but a name into a selector', async () => {
    const error = await failureOf(storageOver(fakeSecrets()).list('shop', 'web,owner!=helm', signal));

    expect(error).to.be.instanceOf(StorageError);
  });

  it('finds nothing to read where there is no such revision', async () => {
    expect(await storageOver(fakeSecrets()).read('shop', 'web', 1, signal)).to.equal(undefined);
  });

  it('marks body and label in one write', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'pending-install'));

    await storageOver(secrets).mark(
      'shop',
      'web',
      1,
      { status: 'failed', description: 'interrupted' },
      signal,
    );

    const stored = secrets.objects.get(V1);
    expect(secrets.patches).to.have.length(1);
    expect(stored?.metadata.labels).to.include({ status: 'failed' });
    const release = await decodeRelease(stored?.data?.['release'] ?? '');
    expect(release.info).to.include({ status: 'failed', description: 'interrupted' });
  });

  it('marks again what only the label says', async () => {
    const json = '{"name":"web","version":1,"info":{"status":"pending-install"}}';
    const secrets = fakeSecrets(releaseSecret(1, 'failed', { json }));

    await storageOver(secrets).mark('shop', 'web', 1, { status: 'failed' }, signal);

    const release = await decodeRelease(secrets.objects.get(V1)?.data?.['release'] ?? '');
    expect(release.info.status).to.equal('failed');
  });

  it('writes nothing when nothing changes', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'failed'));

    await storageOver(secrets).mark('shop', 'web', 1, { status: 'failed', description: 'x' }, signal);

    expect(secrets.patches).to.deep.equal([]);
  });

  it('begins again when somebody wrote something else meanwhile', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'pending-install'));
    secrets.beforePatch = once(() => {
      edit(secrets, { resourceVersion: '5' }, { note: 'theirs' });
    });

    await storageOver(secrets).mark('shop', 'web', 1, { status: 'failed' }, signal);

    expect(secrets.objects.get(V1)?.metadata.labels).to.include({ status: 'failed', note: 'theirs' });
  });

  it('stops when somebody changed the status meanwhile', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'pending-install'));
    secrets.beforePatch = once(() => {
      edit(secrets, { resourceVersion: '5' }, { status: 'deployed' });
    });

    const error = await failureOf(storageOver(secrets).mark('shop', 'web', 1, { status: 'failed' }, signal));

    expect(error).to.be.instanceOf(StorageError);
    expect((error as Error).message).to.equal(
      'revision 1 of release shop/web was changed by somebody else: it is deployed now',
    );
    expect(secrets.patches).to.deep.equal([]);
  });

  it('stops when it is another revision of the same number by now', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'pending-install'));
    secrets.beforePatch = once(() => {
      edit(secrets, { resourceVersion: '5', uid: 'another' }, {});
    });

    const error = await failureOf(storageOver(secrets).label('shop', 'web', 1, { a: 'b' }, signal));

    expect(error).to.be.instanceOf(StorageError);
  });

  it('gives up after a few conflicts', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'deployed'));
    let version = 10;
    secrets.beforePatch = () => {
      edit(secrets, { resourceVersion: String((version += 1)) }, {});
    };

    const error = await failureOf(storageOver(secrets).label('shop', 'web', 1, { a: 'b' }, signal));

    expect(error).to.have.property('status', 409);
    expect(version).to.equal(15);
  });

  it('says which revision is gone', async () => {
    const error = await failureOf(
      storageOver(fakeSecrets()).mark('shop', 'web', 4, { status: 'failed' }, signal),
    );

    expect(error).to.have.property('message', 'revision 4 of release shop/web is gone');
  });

  it('sets and removes labels, and writes only what differs', async () => {
    const secrets = fakeSecrets(releaseSecret(1, 'deployed'));
    const storage = storageOver(secrets);

    await storage.label('shop', 'web', 1, { a: '1', b: '2' }, signal);
    await storage.label('shop', 'web', 1, { a: '1', b: undefined }, signal);
    await storage.label('shop', 'web', 1, { a: '1', b: undefined }, signal);

    expect(secrets.patches).to.have.length(2);
    expect(secrets.objects.get(V1)?.metadata.labels).to.include({ a: '1', status: 'deployed' });
    expect(secrets.objects.get(V1)?.metadata.labels).to.not.have.property('b');
  });

  it('goes by the newest revision to say how the release is applied', async () => {
    const newest = releaseSecret(2, 'failed', {
      json: '{"name":"web","version":2,"info":{},"apply_method":"ssa"}',
    });

    expect(
      await storageOver(fakeSecrets(releaseSecret(1, 'deployed'), newest)).applyMethod('shop', 'web', signal),
    ).to.equal('server');
    expect(
      await storageOver(fakeSecrets(releaseSecret(1, 'deployed'))).applyMethod('shop', 'web', signal),
    ).to.equal('client');
    expect(await storageOver(fakeSecrets()).applyMethod('shop', 'web', signal)).to.equal(undefined);
  });

  it('forgets a release with the newest revision last', async () => {
    const secrets = fakeSecrets(releaseSecret(2, 'uninstalled'), releaseSecret(1, 'superseded'));

    await storageOver(secrets).purge('shop', 'web', signal);

    expect(secrets.deleted).to.deep.equal([V1, 'sh.helm.release.v1.web.v2']);
  });
});

function edit(
  { objects }: FakeSecrets,
  meta: { resourceVersion: string; uid?: string },
  labels: Record<string, string>,
): void {
  const secret = objects.get(V1) ?? releaseSecret(1, 'deployed');
  objects.set(V1, {
    ...secret,
    metadata: { ...secret.metadata, ...meta, labels: { ...secret.metadata.labels, ...labels } },
  });
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
