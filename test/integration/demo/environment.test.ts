import { expect } from 'chai';
import { demoEnvironment } from '../../../hack/demo/environment.ts';

describe('the environment of the commands of the demo', () => {
  it('keeps what credential helpers need and drops what leads git and helm elsewhere', () => {
    const env = { HOME: '/home/me', PATH: '/usr/bin', GIT_DIR: '/elsewhere', HELM_NAMESPACE: 'elsewhere' };

    const made = demoEnvironment(env, '/tmp/demo', '/node/bin');

    expect(made).to.include({ HOME: '/home/me', PATH: '/node/bin:/usr/bin', GIT_CONFIG_GLOBAL: '/dev/null' });
    expect(made).to.not.have.any.keys('GIT_DIR', 'HELM_NAMESPACE');
  });

  it('sends nothing that is meant for loopback through a proxy', () => {
    expect(demoEnvironment({ no_proxy: 'example.com' }, '/d', '/n')).to.include({
      NO_PROXY: 'example.com,127.0.0.1',
      no_proxy: 'example.com,127.0.0.1',
    });
    expect(demoEnvironment({}, '/d', '/n')['NO_PROXY']).to.equal('127.0.0.1');
  });

  it('leaves no cache outside the folder of the demo', () => {
    const made = demoEnvironment({}, '/tmp/demo', '/n');

    const helm = ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME'];
    for (const name of ['KUBECACHEDIR', 'NODE_COMPILE_CACHE', ...helm])
      expect(made[name]).to.match(/^\/tmp\/demo\//);
  });
});
