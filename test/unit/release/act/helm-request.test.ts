import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { HelmReleaseSpec } from '../../../../src/api/helm-release.ts';
import { settingsOf } from '../../../../src/api/settings.ts';
import { installArguments, upgradeArguments } from '../../../../src/helm/arguments.ts';
import { deployRequest, upgradeRequest } from '../../../../src/release/act/helm-request.ts';
import type { Plan } from '../../../../src/release/plan.ts';
import { release } from '../../api/release.ts';
import { chartOf, marksWith, NO_VALUES, DIGEST_KEY } from '../reconcile/world/operator-ports.ts';

const MARKS = marksWith(DIGEST_KEY);
const HELM_4 = { version: '4.3.1', major: 4 } as const;
const HELM_3 = { version: '3.22.0', major: 3 } as const;
const values = { files: [], stdin: false };

function planOf(spec: Partial<HelmReleaseSpec>): Plan {
  const settings = settingsOf(release(spec));
  const { namespace, releaseName } = settings;
  const chart = { ...chartOf('a'), path: '/charts/web.tgz' };
  const target = { namespace, releaseName };
  return { key: 'default/web', target, settings, chart, values: NO_VALUES, digest: MARKS.unknownDigest };
}

const install = (
  spec: Partial<HelmReleaseSpec>,
  helm: typeof HELM_4 | typeof HELM_3 = HELM_4,
): readonly string[] => {
  const request = deployRequest(planOf(spec), 1, MARKS);
  return installArguments(helm, { apply: 'server', ...request, replace: false }, values);
};
const upgrade = (
  spec: Partial<HelmReleaseSpec>,
  helm: typeof HELM_4 | typeof HELM_3 = HELM_4,
): readonly string[] =>
  upgradeArguments(helm, { apply: 'server', ...upgradeRequest(planOf(spec), 2, MARKS) }, values);

/** The argument behind an option. */
const behind = (args: readonly string[], option: string): string | undefined =>
  args[args.indexOf(option) + 1];

describe('what helm is asked for', () => {
  it('says of a HelmRelease from Git which commit it is, and of another takes away what a revision before it said', () => {
    const trail = {
      ...{ repository: 'https://git.example.com/org/deploy', path: 'team/web.yaml', commit: 'c'.repeat(64) },
      ...{ author: 'Ada <ada@example.com>', subject: 'Add web' },
    };
    const request = upgradeRequest({ ...planOf({}), trail }, 2, MARKS);
    const args = upgradeArguments(HELM_4, { apply: 'server', ...request }, values);

    expect(behind(args, '--labels')).to.include(`helm-release-operator.io/commit=${'c'.repeat(40)}`);
    expect(behind(args, '--description')).to.include('Ada <ada@example.com>').and.include('team/web.yaml');
    expect(behind(upgrade({}), '--labels')).to.include('helm-release-operator.io/commit=null');
    expect(upgrade({})).not.to.include('--description');
    expect(behind(install({}), '--labels')).not.to.include('commit');
  });

  it('is done as the account of the plan, and by the rights of the operator where there is none', () => {
    const user = 'system:serviceaccount:shop:deployer';
    const plan = { ...planOf({}), account: { sync: 'shop/team', user } };

    expect(deployRequest(plan, 1, MARKS)).to.include({ as: user });
    expect(upgradeRequest(plan, 2, MARKS)).to.include({ as: user });
    expect(install({})).not.to.include('--kube-as-user');
    expect(upgrade({})).not.to.include('--kube-as-user');
  });

  for (const [maxHistory, said] of [
    [undefined, '10'],
    [0, '0'],
    [1, '1'],
    [5, '5'],
    [10, '10'],
    [-3, '0'],
  ] as const) {
    it(`keeps ${said} revisions with maxHistory ${String(maxHistory)}`, () => {
      const args = upgrade(maxHistory === undefined ? {} : { maxHistory });

      expect(behind(args, '--history-max')).to.equal(said);
    });
  }

  it('takes the timeout in seconds, and does not wait for ever with none', () => {
    expect(behind(install({ timeout: 42 }), '--timeout')).to.equal('42s');
    expect(behind(upgrade({}), '--timeout')).to.equal('300s');
    expect(behind(upgrade({ timeout: 0 }), '--timeout')).to.equal('1s');
  });

  it('replaces objects in an upgrade and not in an installation, which has none to replace', () => {
    expect(upgrade({ forceUpgrade: true }))
      .to.include('--force-replace')
      .and.include('--server-side=false');
    expect(upgrade({ forceUpgrade: true }, HELM_3)).to.include('--force');
    expect(install({ forceUpgrade: true })).to.not.include('--force-replace');
    expect(install({ forceUpgrade: true }, HELM_3)).to.not.include('--force');
  });

  it('is applied by the client when fields may be there that the server does not know', () => {
    for (const args of [
      install({ disableOpenAPIValidation: true }),
      upgrade({ disableOpenAPIValidation: true }),
    ]) {
      expect(args).to.include('--server-side=false').and.not.include('--force-conflicts');
    }
    expect(install({})).to.include('--server-side=true').and.include('--force-conflicts');
    expect(upgrade({ forceConflicts: false }))
      .to.include('--server-side=true')
      .and.not.include('--force-conflicts');
  });

  it('leaves the definitions of the chart alone when they are to be skipped', () => {
    for (const spec of [{ skipCRDs: true }, { crds: 'Skip' }] as const) {
      expect(install(spec)).to.include('--skip-crds');
      expect(upgrade(spec)).to.include('--skip-crds');
    }
  });
});
