import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { eventually } from '../../support/eventually.ts';
import { run } from '../../support/run.ts';
import { startTraceReceiver, treeOf } from '../../support/trace-receiver.ts';
import type { ReceivedSpan, TraceReceiver } from '../../support/trace-receiver.ts';
import { configMap, useGitOps } from './gitops.ts';

const TEAM = 'team';
/** Tells the simulated pods what happens to them. */
const MISSING = 'testenv.helm-release-operator.io/pod';

/** The stages of a commit, and what a release does in them. */
const STAGES = ['commit', '  fetch', '  build', '  apply', '  release'];
const LOOK = ['    pass', '      chart', '      values'];

function has({ attributes }: ReceivedSpan, wanted: ReceivedSpan['attributes']): boolean {
  return Object.entries(wanted).every(([key, value]) => attributes[key] === value);
}

/** In this order, among others. */
function expectInOrder(tree: readonly string[], wanted: readonly string[]): void {
  let at = 0;
  for (const line of wanted) {
    const found = tree.indexOf(line, at);
    expect(found, `${line} after line ${String(at)} of\n${tree.join('\n')}`).to.be.at.least(at);
    at = found + 1;
  }
}

interface Pod {
  readonly metadata: {
    readonly ownerReferences: readonly { readonly name: string }[];
    readonly name: string;
  };
}

interface TrailedEvent {
  readonly message: string;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

interface Owned {
  readonly metadata: {
    readonly ownerReferences?: readonly { readonly name: string }[];
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

describe('the trail', function () {
  this.timeout(60_000);
  let receiver: TraceReceiver | undefined;
  before(async () => {
    receiver = await startTraceReceiver();
  });
  const levels = join(tmpdir(), `levels-${randomUUID()}`);
  const ops = useGitOps({
    flags: [`--log-level-file=${levels}`],
    namespaces: [TEAM],
    env: () => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver?.url ?? '',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    }),
  });
  after(async () => {
    await receiver?.stop();
    await rm(levels, { force: true });
  });

  /** The traces that begin like this, once they say what became of it. */
  const tracesOf = (name: string, attributes: ReceivedSpan['attributes']) =>
    eventually(() => {
      const spans = receiver?.spans ?? [];
      const traces = spans
        .filter((span) => span.parentSpanId === '' && span.name === name && has(span, attributes))
        .map(({ traceId }) => spans.filter((span) => span.traceId === traceId));
      expect(traces).not.to.be.empty;
      for (const trace of traces) {
        expect(trace.find((span) => span.name === 'release')?.attributes).to.have.property('outcome');
      }
      return traces;
    });
  /** That there is one trace, and what it holds. */
  const traceOf = async (name: string, attributes: ReceivedSpan['attributes']) => {
    const [trace = [], ...others] = await tracesOf(name, attributes);
    expect(others).to.be.empty;
    const change = trace.find((span) => span.name === 'release');
    expect(change, 'of a release').not.to.equal(undefined);
    return { trace, change: change as ReceivedSpan, tree: treeOf(trace) };
  };

  const release = (replicas: number): string =>
    [
      'apiVersion: helm.fluxcd.io/v1',
      'kind: HelmRelease',
      'metadata: {name: web}',
      'spec:',
      '  releaseName: web',
      '  wait: true',
      `  chart: {git: ${JSON.stringify(ops().world.git.repoUrl('charts'))}, path: web, ref: main}`,
      `  values: {replicas: ${String(replicas)}}`,
      '',
    ].join('\n');
  const linesOf = (message: string, traceId: string): readonly string[] =>
    ops()
      .operator()
      .log()
      .split('\n')
      .filter((line) => line.includes(`"${message}"`) && line.includes(`"traceId":"${traceId}"`));
  const lineOf = (message: string, traceId: string): string => {
    const lines = linesOf(message, traceId);
    expect(lines).to.have.lengthOf(1);
    return lines[0] ?? '';
  };
  const untilRevision = (revision: number): Promise<unknown> =>
    ops().world.until(TEAM, 'web', ({ status }) => {
      expect(status?.deployed?.revision).to.equal(revision);
      expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).to.equal('True');
    });
  const historyOf = async (): Promise<readonly { revision: number; description: string }[]> => {
    const { helm, cluster } = ops().world;
    const args = ['history', 'web', '-n', TEAM, '-o', 'json', `--kubeconfig=${cluster.kubeconfig}`];
    return JSON.parse(await run(helm, args)) as { revision: number; description: string }[];
  };

  it('leads from a Pod to the author of the commit that changed it', async () => {
    const { cluster } = ops().world;
    const first = await ops().commit(
      { 'team/web.yaml': release(1) },
      { author: 'Ada Lovelace <ada@example.com>', message: 'Add web' },
    );
    await ops().sync(TEAM, 'team', { path: 'team' });
    await ops().untilApplied(TEAM, 'team', first);
    await untilRevision(1);
    const second = await ops().commit(
      { 'team/web.yaml': release(2) },
      { author: 'Grace Hopper <grace@example.com>', message: 'Double web' },
    );
    await ops().untilApplied(TEAM, 'team', second);
    await untilRevision(2);
    // Newer, and not what changed the release.
    const third = await ops().commit({ 'team/note.txt': 'nothing', 'team/.keep.yaml': '' });
    await ops().untilApplied(TEAM, 'team', third);

    const pods = await eventually(async () => {
      const items = await cluster.list<Pod>('pods', TEAM);
      expect(items).to.have.lengthOf(2);
      return items;
    });
    const set = await cluster.get<Owned>(
      'replicasets',
      pods[0]?.metadata.ownerReferences[0]?.name ?? '',
      TEAM,
    );
    const name = set?.metadata.ownerReferences?.[0]?.name ?? '';
    const deployment = await cluster.get<Owned>('deployments', name, TEAM);
    const helmRelease = deployment?.metadata.annotations?.['meta.helm.sh/release-name'];
    const newest = (await ops().world.revisions(TEAM, helmRelease ?? '')).at(-1);
    expect(newest?.labels['helm-release-operator.io/commit']).to.equal(second);

    const author = await ops().git(
      'log',
      '-1',
      '--format=%an <%ae>',
      newest?.labels['helm-release-operator.io/commit'] ?? '',
    );
    expect(author.trim()).to.equal('Grace Hopper <grace@example.com>');
  });

  it('is one trace, from the commit to the release that is ready', async () => {
    const [first = '', second = ''] = (await ops().git('log', '--format=%H', '--reverse')).trim().split('\n');
    const resource = { 'service.name': 'helm-release-operator', 'deployment.environment': 'test' };
    for (const [commit, action, revision] of [
      [first, 'install', 1],
      [second, 'upgrade', 2],
    ] as const) {
      const { trace, change, tree } = await traceOf('commit', { commit });
      expectInOrder(tree, [...STAGES, ...LOOK, '      slot', `      ${action}`, `        helm ${action}`]);
      expectInOrder(tree, ['  apply', '  prune']);
      expectInOrder(tree, [`      ${action}`, '      await']);
      const told = { namespace: TEAM, helmrelease: 'web', release: 'web', gitsync: 'team', commit };
      expect(change.attributes).to.include({ ...told, action, revision, outcome: 'ready' });
      for (const name of ['pass', 'chart', 'values', action, `helm ${action}`]) {
        expect(trace.find((span) => span.name === name)?.attributes, name).to.include(told);
      }
      expect(trace.filter(({ failed }) => failed !== undefined)).to.be.empty;
      expect(linesOf('applied a revision', change.traceId)).to.have.lengthOf(1);
      expect(JSON.parse(lineOf('action ended', change.traceId))).to.include({
        ...{ level: 'info', component: 'release', release: 'web', resource: `${TEAM}:helmrelease/web` },
        ...{ action, revision, result: 'ok' },
      });
    }
    expect(receiver?.resources[0]).to.include(resource);
  });

  it('stands in helm history, in status.history and on the HelmRelease alike', async () => {
    const log = (await ops().git('log', '--format=%H %an <%ae>: %s', '--', 'team/web.yaml'))
      .trim()
      .split('\n')
      .reverse();
    const history = await historyOf();
    expect(history).to.have.lengthOf(2);
    const { metadata, status } = await ops().world.release(TEAM, 'web');
    for (const [at, line] of log.entries()) {
      const [commit = '', ...rest] = line.split(' ');
      const trail = status?.history?.find(({ revision }) => revision === at + 1)?.trail;
      expect(trail).to.include({ commit, path: 'team/web.yaml' });
      expect(`${trail?.author ?? ''}: ${trail?.subject ?? ''}`).to.equal(rest.join(' '));
      expect(history[at]?.description).to.include(commit).and.include(rest.join(' '));
    }
    const annotations = metadata.annotations ?? {};
    expect(annotations['gitops.helm-release-operator.io/commit']).to.equal(log.at(-1)?.split(' ')[0]);
  });

  it('names of several commits in one look the one that changed the file, and who wrote it, not who merged', async () => {
    await ops().sync(TEAM, 'team', { path: 'team', suspend: true });
    const settings = (name: string) => configMap(name, { at: String(performance.now()) });
    const one = await ops().commit({ 'team/one.yaml': settings('one') });
    const two = await ops().commit({ 'team/two.yaml': settings('two') });
    await ops().forcePush(two, 'feature');
    const three = await ops().commit(
      { 'team/three.yaml': settings('three') },
      { branch: 'feature', author: 'Ada Lovelace <ada@example.com>' },
    );
    await ops().commit({ 'beside.txt': 'nothing' });
    const boss = ['-c', 'user.name=Boss', '-c', 'user.email=boss@example.com'];
    const merge = ['commit-tree', 'feature^{tree}', '-p', 'main', '-p', 'feature', '-m', 'Merge'];
    const merged = (await ops().git(...boss, ...merge)).trim();
    await ops().forcePush(merged);
    await ops().sync(TEAM, 'team', { path: 'team', suspend: false });
    await ops().untilApplied(TEAM, 'team', merged);

    const trailOf = async (name: string): Promise<readonly (string | undefined)[]> => {
      const { annotations = {} } =
        (await ops().world.cluster.get<Owned>('configmaps', name, TEAM))?.metadata ?? {};
      return ['commit', 'author'].map((part) => annotations[`gitops.helm-release-operator.io/${part}`]);
    };
    expect((await trailOf('one'))[0]).to.equal(one);
    expect((await trailOf('two'))[0]).to.equal(two);
    expect(await trailOf('three')).to.deep.equal([three, 'Ada Lovelace <ada@example.com>']);
  });

  it('stands in the Events of each revision, in words and for programs', async () => {
    const { cluster } = ops().world;
    const events = await eventually(async () => {
      const items = await cluster.list<TrailedEvent>('events', TEAM, { fields: 'reason=ReleaseSynced' });
      expect(items).to.have.lengthOf(2);
      return items;
    });
    const log = (await ops().git('log', '--format=%H %an <%ae>: %s', '--', 'team/web.yaml'))
      .trim()
      .split('\n');
    for (const line of log) {
      const [commit = '', ...rest] = line.split(' ');
      const event = events.find(({ message }) => message.includes(commit));
      expect(event?.message).to.include(rest.join(' ').split(':')[0]);
      const annotations = event?.metadata.annotations ?? {};
      expect(annotations['gitops.helm-release-operator.io/commit']).to.equal(commit);
      expect(annotations['gitops.helm-release-operator.io/path']).to.equal('team/web.yaml');
    }
  });

  it('stays on what fails and on what is gone back to', async () => {
    const bad = release(3)
      .replace('wait: true', 'timeout: 4\n  rollback: {enable: true}')
      .replace('values: {replicas: 3}', `values: {replicas: 3, podAnnotations: {${MISSING}: image-pull}}`);
    const commit = await ops().commit(
      { 'team/web.yaml': bad },
      { author: 'Charles Babbage <charles@example.com>', message: 'Break web' },
    );
    await ops().world.until(TEAM, 'web', ({ status }) => {
      expect(status?.deployed?.revision).to.equal(4);
    });

    const [, second, failed, back] = await historyOf();
    expect(failed?.description).to.include('failed').and.include(commit).and.include('Charles Babbage');
    expect(back?.description).to.equal(`Rollback to 2: ${second?.description ?? ''}`);
    const { status } = await ops().world.release(TEAM, 'web');
    const trailOf = (revision: number) => status?.history?.find((one) => one.revision === revision)?.trail;
    expect(trailOf(3)).to.include({ commit });
    expect(trailOf(4)).to.deep.equal(trailOf(2));
  });

  it('is one trace, from the commit to the release that was rolled back, with the sentence of its status', async () => {
    const commit = (await ops().git('log', '-1', '--format=%H')).trim();
    const { trace, change, tree } = await traceOf('commit', { commit });
    expectInOrder(tree, [
      ...STAGES,
      ...LOOK,
      '      upgrade',
      '        helm upgrade',
      '    wait',
      '    pass',
    ]);
    expectInOrder(tree, ['    wait', '      await', '      rollback', '        helm rollback']);
    const { status } = await ops().world.release(TEAM, 'web');
    const sentence = status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    expect(change.attributes).to.include({ outcome: 'rolled back', action: 'rollback', revision: 4 });
    expect(change.failed).to.equal(sentence);
    const failing = trace.find((span) => span.name === 'await' && span.failed !== undefined);
    expect(failing?.failed).to.equal(status?.failure?.cause);
    const ends = linesOf('action ended', change.traceId).map((line) => JSON.parse(line) as object);
    expect(ends).to.have.lengthOf(2);
    expect(ends[0]).to.include({ action: 'upgrade', revision: 3, result: 'failed' });
    expect(ends[1]).to.include({ action: 'rollback', revision: 4, result: 'ok' });
  });

  it('is never told of what somebody edits by hand, which does not come to helm', async () => {
    const before = (await historyOf()).length;
    for (const replicas of [5, 6, 7]) {
      const edit = JSON.stringify({ spec: { values: { replicas } } });
      await ops().world.cluster.kubectl(
        ...['patch', 'helmreleases.helm.fluxcd.io', 'web', '-n', TEAM, '--type=merge', '-p', edit],
      );
      await eventually(async () => {
        const { spec, metadata, status } = await ops().world.release(TEAM, 'web');
        expect((spec.values as { replicas?: number } | undefined)?.replicas).to.equal(3);
        expect(status?.observedGeneration).to.equal(metadata.generation);
      });
    }
    expect(await historyOf()).to.have.lengthOf(before);
  });

  it('is not believed of a HelmRelease that no GitSync holds', async () => {
    await ops().world.cluster.apply({
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: {
        name: 'forged',
        namespace: TEAM,
        labels: {
          'gitops.helm-release-operator.io/name': 'team',
          'gitops.helm-release-operator.io/namespace': TEAM,
        },
        annotations: {
          'gitops.helm-release-operator.io/repository': 'https://git.example.com/org/deploy',
          'gitops.helm-release-operator.io/path': 'team/forged.yaml',
          'gitops.helm-release-operator.io/commit': 'a'.repeat(40),
          'gitops.helm-release-operator.io/author': 'The Boss <boss@example.com>',
        },
      },
      spec: {
        releaseName: 'forged',
        chart: { git: ops().world.git.repoUrl('charts'), path: 'web', ref: 'main' },
      },
    });
    const { status } = await ops().world.until(TEAM, 'forged', (found) => {
      expect(found.status?.deployed?.revision).to.equal(1);
    });
    expect(status?.history?.[0]).not.to.have.property('trail');
    const [stored] = await ops().world.revisions(TEAM, 'forged');
    expect(stored?.labels).not.to.have.property('helm-release-operator.io/commit');
  });

  it('is none of an edit by hand, which is a trace of its own', async () => {
    const edit = JSON.stringify({ spec: { values: { replicas: 2 } } });
    await ops().world.cluster.kubectl(
      ...['patch', 'helmreleases.helm.fluxcd.io', 'forged', '-n', TEAM, '--type=merge', '-p', edit],
    );
    const { trace, change, tree } = await traceOf('release', { helmrelease: 'forged', revision: 2 });
    expectInOrder(tree, [
      'release',
      '  pass',
      '    chart',
      '    values',
      '    upgrade',
      '      helm upgrade',
    ]);
    expect(change.attributes).to.include({ cause: 'edit', outcome: 'ready', action: 'upgrade' });
    expect(trace.filter(({ attributes }) => attributes['commit'] !== undefined)).to.be.empty;
  });

  it('is in the log at the levels that a file says, without a restart', async () => {
    await writeFile(levels, 'error, release=info\n');
    await eventually(() => {
      expect(ops().operator().log()).to.include('"levels":"error,release=info"');
    });
    const commit = await ops().commit({ 'team/web.yaml': release(1) });
    await ops().untilApplied(TEAM, 'team', commit);
    const { traceId } = (await traceOf('commit', { commit })).change;
    expect(linesOf('applied a revision', traceId)).to.be.empty;
    expect(linesOf('action ended', traceId)).to.have.lengthOf(1);
  });
});
