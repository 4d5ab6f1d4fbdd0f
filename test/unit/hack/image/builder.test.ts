import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { argumentsFor, findBuilder, type ImageOptions } from '../../../../hack/image/builder.ts';
import { withoutLogin } from '../../../../hack/image/source.ts';

describe('what builds the image', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'builder-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const program = (name: string, status: number): void => {
    writeFileSync(join(dir, name), `#!/bin/sh\nexit ${String(status)}\n`);
    chmodSync(join(dir, name), 0o755);
  };

  it('is docker, if its daemon answers', async () => {
    program('docker', 0);
    program('buildah', 0);

    expect(await findBuilder({ PATH: dir })).to.equal('docker');
  });

  it('is buildah, if docker is there without its daemon', async () => {
    program('docker', 1);
    program('buildah', 0);

    expect(await findBuilder({ PATH: dir })).to.equal('buildah');
  });

  it('is an error that says what to install, if there is neither', async () => {
    const error = await findBuilder({ PATH: dir }).catch((thrown: unknown) => thrown);

    expect(String(error)).to.contain('start the daemon of docker, or install buildah');
  });

  it('gets the files instead of the stages that make them, and the time of the source', () => {
    const options: ImageOptions = {
      ...{
        arch: 'arm64',
        tag: 'operator:1',
        dockerfile: '/r/Dockerfile',
        context: '/nothing',
        root: '/files',
      },
      ...{ time: new Date(1_700_000_000_000), values: { VERSION: '1' }, env: {} },
    };

    const buildah = argumentsFor('buildah', options).join(' ');
    const docker = argumentsFor('docker', options).join(' ');

    for (const line of [buildah, docker])
      expect(line)
        .to.contain('--platform linux/arm64')
        .and.contain('--build-context root=/files --build-arg VERSION=1');
    expect(buildah).to.contain('--timestamp 1700000000');
    expect(docker)
      .to.contain('--build-arg SOURCE_DATE_EPOCH=1700000000')
      .and.contain('rewrite-timestamp=true');
    expect(argumentsFor('docker', { ...options, root: undefined }).join(' ')).not.to.contain(
      '--build-context',
    );
  });

  it('tells nobody the login of the repository', () => {
    expect(withoutLogin('https://me:secret@git.example.com/r')).to.equal('https://git.example.com/r');
    expect(withoutLogin('git@git.example.com:r')).to.equal('git@git.example.com:r');
  });
});
