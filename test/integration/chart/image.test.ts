import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { dockerConfigFile } from '../../../src/charts/access/docker-login.ts';
import { operatorVersion } from '../../../src/config/version.ts';
import { CHART, podOf, render } from './chart.ts';
import { PROFILES } from './profiles.ts';

const DOCKERFILE = new URL('../../../Dockerfile', import.meta.url);

describe('what the chart says of the image', function () {
  this.timeout(30_000);

  it('is its version', async () => {
    const chart = load(await readFile(join(CHART, 'Chart.yaml'), 'utf8'));

    expect(chart).to.include({ appVersion: operatorVersion(), version: operatorVersion() });
  });

  it('is its user and its ports', async () => {
    const { containers, securityContext } = podOf(await render(PROFILES['everything'])).spec;
    const { runAsUser, runAsGroup } = securityContext;
    const image = await readFile(DOCKERFILE, 'utf8');
    const ports = containers[0].ports.map(({ containerPort }) => containerPort);

    expect(image).to.include(`\nUSER ${String(runAsUser)}:${String(runAsGroup)}\n`);
    expect(image).to.include(`\nEXPOSE ${ports.join(' ')}\n`);
  });

  it('is where its home is: that of the logins for registries', async () => {
    const [, HOME = ''] = / HOME=(\S+)/.exec(await readFile(DOCKERFILE, 'utf8')) ?? [];
    const [{ volumeMounts }] = podOf(await render(PROFILES['everything'])).spec.containers;
    const mount = volumeMounts.find(({ name }) => name === 'docker-config');

    expect(join(mount?.mountPath ?? '', 'config.json')).to.equal(dockerConfigFile({ HOME }));
  });
});
