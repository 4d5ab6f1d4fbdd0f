import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CredentialsError } from '../../../../src/api/errors.ts';
import {
  dockerConfigFile,
  type DockerLogin,
  openDockerLogin,
} from '../../../../src/charts/access/docker-login.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { eventually } from '../../../support/eventually.ts';

const ME = { username: 'me', password: 's3cret' };

describe('what the operator is logged in with', () => {
  let dir: string;
  let file: string;
  let log: string;
  let login: DockerLogin;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'docker-login-'));
    file = join(dir, 'config.json');
    log = '';
    const logger = createLogger({ format: 'fmt', level: 'info', write: (line) => (log += line) });
    login = await openDockerLogin({ file, log: logger, lookEveryMs: 5 });
  });
  afterEach(async () => {
    login.close();
    await rm(dir, { recursive: true });
  });

  it('is where docker login writes it', () => {
    const HOME = '/home/operator';

    expect(dockerConfigFile({ HOME })).to.equal('/home/operator/.docker/config.json');
    expect(dockerConfigFile({ HOME, DOCKER_CONFIG: '' })).to.equal('/home/operator/.docker/config.json');
    expect(dockerConfigFile({ HOME, DOCKER_CONFIG: '/etc/docker' })).to.equal('/etc/docker/config.json');
    expect(dockerConfigFile({})).to.equal(undefined);
  });

  it('is nothing without a file, of which nothing is said, and is noticed when it comes', async () => {
    expect(login.find('example.com', 'web')).to.equal(undefined);
    expect(log).to.equal('');

    await writeFile(file, JSON.stringify({ auths: { 'example.com': ME }, credsStore: 'desktop' }));

    await eventually(() => {
      expect(login.find('example.com', 'web')).to.deep.equal(ME);
    });
    expect(log).to.include('helpers=desktop').and.not.to.include('s3cret');
  });

  it('stays as it was while the file is broken, and says what cannot be used', async () => {
    const auths = { 'example.com': ME, 'token.example.com': { registrytoken: 's3cret' } };
    await writeFile(file, JSON.stringify({ auths }));
    await eventually(() => {
      expect(login.find('example.com', 'web')).to.deep.equal(ME);
    });
    expect(() => login.find('token.example.com', 'web')).to.throw(
      CredentialsError,
      `the entry for token.example.com in ${file} holds a registrytoken`,
    );

    await writeFile(file, '{"auths": s3cret');
    await eventually(() => {
      expect(log).to.include('is not JSON');
    });
    expect(login.find('example.com', 'web')).to.deep.equal(ME);
    expect(log).not.to.include('s3cret');
  });
});
