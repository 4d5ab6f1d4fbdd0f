import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { eventually } from '../../support/eventually.ts';
import { signal, type Bench } from './harness.ts';
import { childrenOf } from './processes.ts';
import { ok, requestsFor } from './requests.ts';

const SECRET = 'hunter2-correct-horse';

/** What helm makes of the values that it is given, and who can see them meanwhile. */
export function describeValues(bench: () => Bench): void {
  it('lays inline values over files, and later files over earlier ones, as helm tells', async () => {
    const { helm, web, namespace, cli, storage } = bench();
    const requests = requestsFor({ namespace: await namespace('values'), name: 'web' }, web);
    const valuesFiles = [
      Buffer.from('text: one\nreplicas: 2\nextra: {a: 1, b: 1, gone: 1}\nlist: [1, 2]\n'),
      Buffer.from('text: two\nextra: {b: 2, gone: null}\nlist: [3]\n'),
    ];
    const inlineValues = { text: 'é <&> "three"\n', extra: { c: 3 } };

    ok(await helm.install({ ...requests.install, valuesFiles, inlineValues }, signal));

    const expected = {
      text: 'é <&> "three"\n',
      replicas: 2,
      extra: { a: 1, b: 2, c: 3, gone: null },
      list: [3],
    };
    const told = JSON.parse(await cli('get', 'values', 'web', '-n', 'values', '-o', 'json')) as unknown;
    const stored = await storage.read('values', 'web', 1, signal);
    expect(told).to.deep.equal(expected);
    expect(stored?.config).to.deep.equal(expected);
    expect(JSON.parse(stored?.configText ?? '')).to.deep.equal(expected);
  });

  it('forgets old values unless it is told to keep them', async () => {
    const { helm, web, namespace, storage } = bench();
    const requests = requestsFor({ namespace: await namespace('old-values'), name: 'web' }, web);
    const configOf = async (revision: number): Promise<unknown> =>
      (await storage.read('old-values', 'web', revision, signal))?.config;

    ok(await helm.install({ ...requests.install, inlineValues: { text: 'a', replicas: 2 } }, signal));
    ok(await helm.upgrade({ ...requests.upgrade, reuseValues: true, inlineValues: { text: 'b' } }, signal));
    ok(await helm.upgrade(requests.upgrade, signal));

    expect(await configOf(2)).to.deep.equal({ text: 'b', replicas: 2 });
    expect(await configOf(3)).to.deep.equal({});
  });

  it('shows no value to anybody who looks at the processes, and leaves none on the disk', async () => {
    const { helm, web, namespace, workDir } = bench();
    const requests = requestsFor({ namespace: await namespace('private'), name: 'web' }, web);
    const slow = { 'testenv.helm-release-operator.io/ends-after': '3s' };
    const valuesFiles = [Buffer.from(`text: ${SECRET}\n`)];
    const inlineValues = { image: SECRET, hook: { on: ['pre-install'], podAnnotations: slow } };

    const outcome = helm.install({ ...requests.install, valuesFiles, inlineValues }, signal);
    const seen = await eventually(async () => {
      const children = await childrenOf(workDir.path);
      expect(children).to.have.length.at.least(1);
      return children;
    });
    ok(await outcome);

    for (const { commandLine, environment } of seen) {
      expect(commandLine).to.contain('--values');
      expect(commandLine).to.not.contain(SECRET);
      expect(environment).to.not.contain(SECRET);
    }
    expect(await readdir(workDir.path)).to.have.members(['helm', 'kubeconfig']);
  });
}
