import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { StoredRelease } from '../../../../src/helm/storage/stored-release.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { cleanUpTests } from '../../../../src/release/act/clean-up-tests.ts';
import type { Pass } from '../../../../src/release/pass.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';

interface Found {
  readonly [object: string]: Readonly<Record<string, string>>;
}

const hook = (kind: string, name: string, ...events: string[]): StoredRelease['hooks'][number] => ({
  ...{ name, kind, path: '', events, lastRun: { startedAt: '', phase: '' } },
  manifest: `apiVersion: ${kind === 'Job' ? 'batch/v1' : 'v1'}\nkind: ${kind}\nmetadata:\n  name: ${name}\n`,
});

/** What is deleted of what is found, each with its annotations. */
async function deletedOf(hooks: StoredRelease['hooks'], found: Found, broken = false) {
  const deleted: string[] = [];
  const logged: string[] = [];
  const pass = {
    target: { namespace: 'shop', releaseName: 'web' },
    signal: new AbortController().signal,
    log: createLogger({ format: 'fmt', level: 'info', write: (line) => logged.push(line) }),
  } as unknown as Pass;
  await cleanUpTests(pass, {}, 3, {
    storage: { read: () => Promise.resolve({ hooks } as unknown as StoredRelease) },
    resourceAs: (_user, { kind }) => ({
      get: ({ namespace, name }) => {
        const annotations = found[`${kind}/${name}`];
        const metadata = { name, namespace, uid: `uid-${name}`, annotations };
        return Promise.resolve(annotations === undefined ? undefined : ({ metadata } as KubeObject));
      },
      delete: ({ namespace, name }, { uid, propagationPolicy }) => {
        if (broken) return Promise.reject(new Error('the API server is away'));
        deleted.push([kind, namespace, name, uid, propagationPolicy].join(' '));
        return Promise.resolve(true);
      },
    }),
  });
  return { deleted, logged };
}

const TEST = { 'helm.sh/hook': 'test' };

describe('what the tests of a chart leave', () => {
  it('is deleted, Pods and Jobs with their pods, and nothing else', async () => {
    const hooks = [
      hook('Pod', 'a', 'test'),
      hook('Job', 'b', 'test-success'),
      hook('ConfigMap', 'c', 'test'),
      hook('Job', 'd', 'pre-upgrade'),
      hook('Pod', 'gone', 'test'),
    ];

    const { deleted } = await deletedOf(hooks, {
      'Pod/a': TEST,
      'Job/b': { 'helm.sh/hook': 'test-success' },
      'ConfigMap/c': TEST,
      'Job/d': { 'helm.sh/hook': 'pre-upgrade' },
    });

    expect(deleted).to.deep.equal(['Pod shop a uid-a Background', 'Job shop b uid-b Background']);
  });

  it('is left alone where an object of that name is no test', async () => {
    expect((await deletedOf([hook('Pod', 'a', 'test')], { 'Pod/a': {} })).deleted).to.deep.equal([]);
  });

  it('is no reason to fail when it cannot be deleted', async () => {
    const { logged } = await deletedOf([hook('Pod', 'a', 'test')], { 'Pod/a': TEST }, true);

    expect(logged.join()).to.match(/could not delete what the tests left.*the API server is away/);
  });
});
