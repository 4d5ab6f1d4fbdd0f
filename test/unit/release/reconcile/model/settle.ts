import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { targetOf } from '../../../../../src/api/release-name.ts';
import { MARK_DIGEST_LABEL, MARK_REVISION_LABEL } from '../../../../../src/api/names.ts';
import { RESYNC_MS } from '../world/world.ts';
import type { PassResult, World } from '../world/world.ts';
import { checkKnown, checkPass, checkUnchanged } from './invariants.ts';

/** More than the retries of an input can take: five tries and their rollbacks, with all that they wait for. */
const MOST_PASSES = 60;

/** Faults are over: lets the operator look whenever it asked to, until it asks no more. */
export async function settle(world: World): Promise<PassResult> {
  world.chart ??= 'c';
  world.helm.faults.clear();
  for (let looks = 0; looks < MOST_PASSES; looks++) {
    const due = tryIsDue(world);
    const before = world.status().failure;
    const result = await world.pass();
    checkPass(world, result);
    const { failure, operation } = world.status();
    const tried = result.runs.length > 0 || operation !== undefined || !isDeepStrictEqual(failure, before);
    expect(due && !tried, `the try of ${before?.nextTry ?? ''} did not come`).to.equal(false);
    checkUnchanged(result, await world.pass());
    const { outcome } = result;
    if (outcome === undefined) throw new Error('a pass without an outcome');
    if (outcome.kind === 'done' || outcome.kind === 'stalled') return result;
    expect(outcome.ms, 'time until the next look').to.be.greaterThan(0);
    world.later(Math.min(outcome.ms, RESYNC_MS));
  }
  throw new Error(`it asks for another look for ever: ${JSON.stringify(world.status())}`);
}

/** Unless it has come already, or somebody else's helm holds the release. */
function tryIsDue(world: World): boolean {
  const { failure, operation } = world.status();
  const isLocked = /^(pending-|uninstalling)/.test(world.storage.newest(releaseOf(world))?.status ?? '');
  if (failure?.nextTry === undefined || operation !== undefined || isLocked) return false;
  return Date.parse(failure.nextTry) <= world.nowMs();
}

function releaseOf(world: World): string {
  return targetOf(world.subject.get()).releaseName;
}

/** As wanted, or standing still with the cause in words. */
export function checkSettled(world: World, { outcome }: PassResult): void {
  const newest = world.storage.newest(releaseOf(world));
  const all = world.storage.all(releaseOf(world)).map(({ revision, status }) => `${revision} ${status}`);
  // An older lock that somebody else rolled back over holds nobody up.
  expect(newest?.status).not.to.match(/^(pending-|uninstalling)/);
  expect(all.filter((each) => each.includes('deployed')).length, all.join()).to.be.at.most(1);
  checkKnown(world);
  for (const { releaseName } of world.status().leftBehind ?? []) {
    expect(world.storage.newest(releaseName), `the release ${releaseName}, which is listed`).not.to.equal(
      undefined,
    );
    expect(releaseName).not.to.equal(releaseOf(world));
  }
  const { operation, failure } = world.status();
  expect(operation).to.equal(undefined);
  expect(world.status().observedGeneration).to.equal(world.subject.get().metadata.generation);
  expect(world.condition('Reconciling')).to.equal(undefined);
  if (outcome?.kind === 'done') {
    expect(newest?.status).to.equal('deployed');
    expect(newest?.content).to.equal(world.chart);
    expect(newest?.labels[MARK_REVISION_LABEL]).to.equal(String(newest?.revision));
    expect(newest?.labels[MARK_DIGEST_LABEL]).to.equal(world.status().deployed?.digest);
    expect(failure).to.equal(undefined);
    expect(world.condition('Stalled')).to.equal(undefined);
    return;
  }
  expect(world.condition('Stalled')?.message).to.match(
    /not ready|progress deadline|failed|changed by another/,
  );
  expect(world.condition('Ready')?.status).to.equal('False');
}
