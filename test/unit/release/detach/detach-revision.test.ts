import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ObjectMeta } from '../../../../src/api/metadata.ts';
import { MARK_DIGEST_LABEL, MARK_OWNER_LABEL } from '../../../../src/api/names.ts';
import { detachRevision } from '../../../../src/release/detach/detach-revision.ts';

const signal = new AbortController().signal;
const MARKS = { [MARK_DIGEST_LABEL]: 'v1.0', [MARK_OWNER_LABEL]: 'somebody' };

function secretOf(labels: Readonly<Record<string, string>>, status = 'deployed'): ObjectMeta {
  return {
    name: 'sh.helm.release.v1.web.v2',
    namespace: 'shop',
    labels: { owner: 'helm', name: 'web', version: '2', status, ...labels },
  };
}

async function detach(
  metadata: ObjectMeta,
): Promise<{ what: string | undefined; labels: readonly unknown[] }> {
  const labels: unknown[] = [];
  const storage = {
    label: (namespace: string, name: string, revision: number, changes: object) => {
      labels.push({ namespace, name, revision, changes });
      return Promise.resolve();
    },
  };
  return { what: await detachRevision(metadata, storage, signal), labels };
}

describe("taking our marks off one of Helm's Secrets", () => {
  it('takes all labels of ours, whatever they are called, and no other', async () => {
    const { what, labels } = await detach(
      secretOf({ ...MARKS, 'helm-release-operator.io/later': 'x', team: 'web' }),
    );

    expect(what).to.equal('took off digest, owner, later');
    const changes = {
      ...{ [MARK_DIGEST_LABEL]: undefined, [MARK_OWNER_LABEL]: undefined },
      'helm-release-operator.io/later': undefined,
    };
    expect(labels).to.deep.equal([{ namespace: 'shop', name: 'web', revision: 2, changes }]);
  });

  it('says of a revision that is locked how to go on with it', async () => {
    const { what } = await detach(secretOf(MARKS, 'pending-upgrade'));

    expect(what).to.match(/; it is pending-upgrade: Helm Operator 1\.4\.4 and helm leave the release alone/);
  });

  it('writes nothing where there is none', async () => {
    expect(await detach(secretOf({ team: 'web' }))).to.deep.equal({ what: undefined, labels: [] });
  });
});
