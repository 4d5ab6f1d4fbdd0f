import { expect } from 'chai';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeconfigFile } from '../../../src/helm/kubeconfig-file.ts';

describe('createKubeconfigFile', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kubeconfig-file-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('writes a file that only we can read', async () => {
    const path = await createKubeconfigFile(dir, () => Promise.resolve('token: a'))();

    expect(await readFile(path, 'utf8')).to.equal('token: a');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it('writes again only when the text has changed', async () => {
    let text = 'token: a';
    const kubeconfig = createKubeconfigFile(dir, () => Promise.resolve(text));
    const first = await stat(await kubeconfig(), { bigint: true });

    const same = await stat(await kubeconfig(), { bigint: true });
    text = 'token: b';
    const path = await kubeconfig();

    expect(same.ino).to.equal(first.ino);
    expect(same.mtimeNs).to.equal(first.mtimeNs);
    expect(await readFile(path, 'utf8')).to.equal('token: b');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(dir)).to.deep.equal(['kubeconfig']);
  });

  it('ends with the newest text when many ask at once', async () => {
    let count = 0;
    const kubeconfig = createKubeconfigFile(dir, () => Promise.resolve(`token: ${String((count += 1))}`));

    const paths = await Promise.all(Array.from({ length: 20 }, () => kubeconfig()));

    expect(await readFile(paths[0] ?? '', 'utf8')).to.equal('token: 20');
  });

  it('goes on after a text could not be had', async () => {
    let fails = true;
    const kubeconfig = createKubeconfigFile(dir, () =>
      fails ? Promise.reject(new Error('no token')) : Promise.resolve('token: a'),
    );

    const failure: unknown = await kubeconfig().catch((caught: unknown) => caught);
    fails = false;

    expect(failure).to.have.property('message', 'no token');
    expect(await readFile(await kubeconfig(), 'utf8')).to.equal('token: a');
  });
});
