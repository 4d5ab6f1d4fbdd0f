import { expect } from 'chai';
import type { HelmRelease } from '../../../src/api/helm-release.ts';
import { MARK_DIGEST_LABEL, MARK_REJECTED_LABEL, MARK_REVISION_LABEL } from '../../../src/api/names.ts';
import { run } from '../../support/run.ts';
import { conditionOf } from '../world.ts';
import { NEW_TEXT, OLD_TEXT } from './lives.ts';
import type { Life } from './lives.ts';
import type { SeenRevision, View } from './view.ts';

/** That a release has come to the end that its life has without any kill, in status, in Helm's storage and in fact. */
export async function expectEnd(life: Life, namespace: string, view: View): Promise<void> {
  const releaseName = `${namespace}-${life.name}`;
  const release = (await view.releases()).find(({ metadata }) => metadata.name === life.name);
  const revisions = (await view.revisions()).filter((each) => each.release === releaseName);
  const text = await view.configText(releaseName);
  if (life.end === 'gone') {
    expect(release, 'HelmRelease').to.equal(undefined);
    expect(revisions, 'revisions').to.deep.equal([]);
    expect(text, 'text in the ConfigMap').to.equal(undefined);
    const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${releaseName}`;
    expect(await view.exists(deployment), 'the Deployment is there').to.equal(false);
    return;
  }
  if (release === undefined) throw new Error(`HelmRelease ${life.name} is gone`);
  const newest = revisions.at(-1);
  if (newest === undefined) throw new Error(`release ${releaseName} has no revision`);
  if (life.end === 'ready') expectReady(release);
  else expectRolledBack(release, newest);
  expect(release.status?.observedGeneration, 'observedGeneration').to.equal(release.metadata.generation);
  expect(release.status?.operation, 'operation in status').to.equal(undefined);
  expect(release.status?.deployed?.revision, 'deployed revision in status').to.equal(newest.revision);
  expect(newest.status, 'status of the newest revision').to.equal('deployed');
  expect(newest.labels[MARK_REVISION_LABEL], 'our mark on it').to.equal(String(newest.revision));
  expect(newest.labels[MARK_DIGEST_LABEL], 'our digest on it').to.equal(release.status?.deployed?.digest);
  expect(text, 'text in the ConfigMap').to.equal(life.end === 'ready' ? NEW_TEXT : OLD_TEXT);
}

function expectReady(release: HelmRelease): void {
  expect(conditionOf(release, 'Ready')).to.include({ status: 'True' });
  expect(release.status).to.include({ phase: 'Succeeded' });
}

function expectRolledBack(release: HelmRelease, newest: SeenRevision): void {
  expect(conditionOf(release, 'Ready')).to.include({ status: 'False', reason: 'RolledBack' });
  expect(conditionOf(release, 'Stalled')).to.include({ status: 'True' });
  expect(release.status).to.include({ phase: 'RolledBack' });
  expect(newest.labels[MARK_REJECTED_LABEL], 'the mark for what was rejected').not.to.equal(undefined);
}

/** That a release's history has no hole, no lock, no lost revision and none that was made twice for nothing. */
export function expectSoundHistory(
  revisions: readonly SeenRevision[],
  before: readonly SeenRevision[],
): void {
  const shown = revisions.map(({ revision, status }) => `${revision} ${status}`).join(', ');
  expect(
    revisions.map(({ revision }) => revision),
    'revisions',
  ).to.deep.equal(revisions.map((_, at) => at + 1));
  expect(
    revisions.map(({ uid }) => uid),
    `a revision was lost: ${shown}`,
  ).to.include.members(before.map(({ uid }) => uid));
  expect(
    revisions.filter(({ status }) => status.startsWith('pending-')),
    shown,
  ).to.deep.equal([]);
  expect(
    revisions.filter(({ status }) => status === 'deployed').length,
    `deployed ones of ${shown}`,
  ).to.equal(1);
  for (const [at, later] of revisions.entries()) {
    const earlier = revisions[at - 1];
    if (earlier === undefined || earlier.status === 'failed') continue;
    const digest = ownDigest(earlier);
    expect(digest !== undefined && digest === ownDigest(later), `made twice: ${shown}`).to.equal(false);
  }
}

/** Helm copies labels; only a revision that was made by us carries its own number. */
function ownDigest({ labels, revision }: SeenRevision): string | undefined {
  return labels[MARK_REVISION_LABEL] === String(revision) ? labels[MARK_DIGEST_LABEL] : undefined;
}

/** That Helm's own reading of the records, which is of their bodies, is that of the labels. */
export async function expectHelmAgrees(
  helm: { readonly binary: string; readonly kubeconfig: string },
  namespace: string,
  releaseName: string,
  revisions: readonly SeenRevision[],
): Promise<void> {
  const text = await run(helm.binary, [
    'history',
    releaseName,
    '--namespace',
    namespace,
    '--output',
    'json',
    '--kubeconfig',
    helm.kubeconfig,
  ]);
  const rows = JSON.parse(text) as readonly { readonly revision: number; readonly status: string }[];
  expect(rows.map(({ revision, status }) => `${revision} ${status}`)).to.deep.equal(
    revisions.map(({ revision, status }) => `${revision} ${status}`),
  );
}
