import { expect } from 'chai';
import type { Labels } from '../world/helm-storage.ts';
import type { Verb } from '../world/helm.ts';
import { HelmError } from '../../../../../src/helm/errors.ts';
import {
  MARK_DIGEST_LABEL,
  MARK_OWNER_LABEL,
  MARK_REVISION_LABEL,
  UNINSTALL_LEFT_BEHIND_ANNOTATION,
} from '../../../../../src/api/names.ts';
import { targetOf } from '../../../../../src/api/release-name.ts';
import { Killed } from '../world/lifetime.ts';
import type { PassResult, World } from '../world/world.ts';

/** What runs after a failed run within one pass is nothing but the answer to it. */
const ANSWERS = new Set(['helm rollback', 'helm uninstall']);

/** What holds of every pass that was not killed. */
export function checkPass(world: World, { outcome, thrown, runs }: PassResult): void {
  if (thrown instanceof Killed) return;
  // A test that could not be run is run again with the next pass; anything else thrown is a defect.
  if (!(thrown instanceof HelmError && thrown.class === 'UNREACHABLE')) expect(thrown).to.equal(undefined);
  for (const part of betweenUninstalls(withoutLateRollback(runs))) {
    expect(part, 'runs of one pass').to.deep.equal([...new Set(part)]);
    expect(part.filter((run) => !ANSWERS.has(run)).length, runs.join()).to.be.at.most(2);
  }
  if (outcome !== undefined) checkNextTry(world, outcome);
}

/** A rollback that comes first is the answer to what an earlier pass ran, and had failed there. */
function withoutLateRollback(runs: readonly string[]): readonly string[] {
  return runs[0] === 'helm rollback' ? runs.slice(1) : runs;
}

/** What was left behind may have stood in the way of the new release, which is then tried once more. */
function betweenUninstalls(runs: readonly string[]): readonly (readonly string[])[] {
  const at = runs.indexOf('helm uninstall');
  return at < 0 ? [runs] : [runs.slice(0, at), ...betweenUninstalls(runs.slice(at + 1))];
}

/** No release of ours is ever lost from sight, not even when the operator is killed: it is meant, or status speaks of it. */
export function checkKnown(world: World): void {
  const { releaseName, leftBehind = [] } = world.status();
  const spoken = [releaseName, ...leftBehind.map((each) => each.releaseName)];
  const current = targetOf(world.subject.get()).releaseName;
  for (const release of ['web', 'shop']) {
    if (release === current || world.storage.newest(release)?.labels[MARK_OWNER_LABEL] === undefined)
      continue;
    expect(spoken, `releases that status speaks of, ${release} being there`).to.include(release);
  }
}

function checkNextTry(world: World, outcome: NonNullable<PassResult['outcome']>): void {
  const { failure } = world.status();
  if (failure?.nextTry === undefined || world.condition('Stalled')?.reason === 'ForeignChange') return;
  expect(outcome.kind, `${failure.cause} is tried again at ${failure.nextTry}`).to.be.oneOf([
    'wait',
    'retry',
  ]);
}

/** What holds of a pass over a release to which nothing has happened since the last one. */
export function checkUnchanged(before: PassResult, again: PassResult): void {
  if (before.outcome === undefined) return;
  expect(again.effects, `a second look, after ${before.effects.join()}`).to.deep.equal([]);
  expect(again.outcome?.kind).to.equal(before.outcome.kind);
}

/** No digest gets a second revision while the newest one is ours and verified. */
export function checkRun(verb: Verb, release: string, labels: Labels, world: World): void {
  const { metadata } = world.subject.get();
  const isGivenUp = metadata.annotations?.[UNINSTALL_LEFT_BEHIND_ANNOTATION] === `shop/${release}`;
  const isCurrent = release === targetOf(world.subject.get()).releaseName;
  expect(isCurrent || (verb === 'uninstall' && isGivenUp), `${verb} of ${release}`).to.equal(true);
  if (verb !== 'install' && verb !== 'upgrade') return;
  const newest = world.storage.newest(release);
  const entry = world.status().history?.find(({ revision }) => revision === newest?.revision);
  const standing =
    newest?.status === 'deployed' &&
    newest.labels[MARK_REVISION_LABEL] === String(newest.revision) &&
    newest.labels[MARK_DIGEST_LABEL] === labels[MARK_DIGEST_LABEL] &&
    (entry?.result === 'Released' || entry?.result === 'RolledBack');
  expect(standing, `${verb} over revision ${newest?.revision ?? 0}, which is as wanted`).to.equal(false);
}
