import { expect } from 'chai';
import fc from 'fast-check';
import { InvalidSpecError } from '../../../src/api/errors.ts';
import { MARK_DIGEST_LABEL, MARK_REJECTED_LABEL } from '../../../src/api/names.ts';
import {
  dryRunArguments,
  installArguments,
  packageArguments,
  rollbackArguments,
  testArguments,
  uninstallArguments,
  upgradeArguments,
} from '../../../src/helm/arguments.ts';
import { requests } from './requests.ts';

const helm3 = { version: '3.22.0', major: 3 } as const;
const helm4 = { version: '4.3.1', major: 4 } as const;
const noValues = { files: [], stdin: false };

describe('defect 11: the arguments of helm', () => {
  const usual = ['--disable-openapi-validation', '--hide-notes'];
  const tail = ['--namespace', 'shop', '--', 'web', '/charts/web-0.1.0.tgz'];

  it('install a chart with both majors', () => {
    const expected = ['install', ...usual, '--timeout', '300s'];

    expect(installArguments(helm3, requests.install, noValues)).to.deep.equal([...expected, ...tail]);
    expect(installArguments(helm4, { ...requests.install, apply: 'server' }, noValues)).to.deep.equal([
      ...expected,
      '--server-side=true',
      ...tail,
    ]);
  });

  it('upgrade with values by file in order and inline ones last, and take away the mark of a rollback', () => {
    const values = { files: ['/srv/1.yaml', '/srv/2.yaml'], stdin: true };
    const request = {
      ...requests.upgrade,
      labels: { [MARK_DIGEST_LABEL]: 'v1.abc.def' },
      description: 'commit\n1234',
      skipCRDs: true,
    };

    expect(upgradeArguments(helm3, request, values)).to.deep.equal([
      'upgrade',
      '--reset-values',
      ...['--history-max', '10'],
      ...usual,
      '--skip-crds',
      ...['--timeout', '300s'],
      ...['--description', 'commit 1234'],
      ...['--values', '/srv/1.yaml', '--values', '/srv/2.yaml', '--values', '-'],
      ...['--labels', `${MARK_REJECTED_LABEL}=null,${MARK_DIGEST_LABEL}=v1.abc.def`],
      ...tail,
    ]);
  });

  it('rehearse an upgrade as it would be made, and let charts look things up in the cluster', () => {
    const [verb, ...rest] = upgradeArguments(helm4, requests.upgrade, noValues);

    expect(dryRunArguments(helm4, requests.upgrade, noValues)).to.deep.equal([
      verb,
      ...['--dry-run=server', '--output', 'json'],
      ...rest,
    ]);
  });

  it('keep the old values only when they are told to', () => {
    expect(upgradeArguments(helm4, { ...requests.upgrade, reuseValues: true }, noValues))
      .to.include('--reuse-values')
      .and.not.include('--reset-values');
  });

  it('install with no label where an upgrade would take one away', () => {
    const labels = { [MARK_REJECTED_LABEL]: undefined };

    expect(installArguments(helm4, { ...requests.install, labels }, noValues)).to.not.include('--labels');
  });

  it('start anew over a failed release only when they are told to', () => {
    expect(installArguments(helm4, { ...requests.install, replace: true }, noValues)).to.include('--replace');
    expect(installArguments(helm4, requests.install, noValues)).to.not.include('--replace');
  });

  const flags = [
    { what: 'waiting', with: { wait: 'helm' }, helm3: ['--wait'], helm4: ['--wait=legacy'] },
    { what: 'not waiting', with: { wait: 'none' }, helm3: [], helm4: [] },
    { what: 'no hooks', with: { noHooks: true }, helm3: ['--no-hooks'], helm4: ['--no-hooks'] },
    {
      what: 'replacing objects',
      with: { force: true, apply: 'server', forceConflicts: true },
      helm3: ['--force'],
      helm4: ['--force-replace', '--server-side=false'],
    },
    {
      what: 'applying by the client',
      with: { apply: 'client', forceConflicts: true },
      helm3: [],
      helm4: ['--server-side=false'],
    },
    {
      what: 'taking fields over',
      with: { apply: 'server', forceConflicts: true },
      helm3: [],
      helm4: ['--server-side=true', '--force-conflicts'],
    },
    { what: 'leaving fields to others', with: { apply: 'server' }, helm3: [], helm4: ['--server-side=true'] },
  ] as const;
  for (const row of flags) {
    it(`say ${row.what} to each major as it understands it`, () => {
      const request = { ...requests.rollback, ...row.with };
      const plain = rollbackArguments(helm3, requests.rollback);

      for (const [helm, expected] of [
        [helm3, row.helm3],
        [helm4, row.helm4],
      ] as const) {
        const added = rollbackArguments(helm, request).filter((argument) => !plain.includes(argument));
        expect(added, helm.version).to.deep.equal(expected);
      }
    });
  }

  it('name the revision to roll back to, and describe it only where helm can take that', () => {
    const request = { ...requests.rollback, description: 'the last good one' };
    const before = ['rollback', '--history-max', '10', '--timeout', '300s'];
    const after = ['--namespace', 'shop', '--', 'web', '3'];
    const described = [...before, '--description', 'the last good one', ...after];

    expect(rollbackArguments(helm3, request)).to.deep.equal([...before, ...after]);
    expect(rollbackArguments({ version: '4.2.4', major: 4 }, request)).to.deep.equal([...before, ...after]);
    expect(rollbackArguments(helm4, request)).to.deep.equal(described);
  });

  it('act as a service account, whatever they do, if the request names one', () => {
    const as = 'system:serviceaccount:shop:deployer';
    for (const helm of [helm3, helm4]) {
      const runs = [
        [installArguments, requests.install],
        [upgradeArguments, requests.upgrade],
        [dryRunArguments, requests.upgrade],
      ] as const;
      const all = (user: string | undefined): readonly (readonly string[])[] => [
        ...runs.map(([build, request]) =>
          build(helm, { ...requests.install, ...requests.upgrade, ...request, as: user }, noValues),
        ),
        rollbackArguments(helm, { ...requests.rollback, as: user }),
        uninstallArguments(helm, { ...requests.uninstall, as: user }, { keepHistory: true }),
        testArguments({ ...requests.test, as: user }),
      ];
      const plain = all(undefined);
      for (const [at, args] of all(as).entries()) {
        const end = args.indexOf('--kube-as-user');
        expect(args.slice(end, end + 4)).to.deep.equal(['--kube-as-user', as, '--namespace', 'shop']);
        expect(args.toSpliced(end, 2)).to.deep.equal(plain[at]);
      }
    }
  });

  it('act as nobody but a service account, and not as the operator for a name that is none', () => {
    for (const as of [
      '',
      'admin',
      'system:masters',
      'system:serviceaccount:',
      'system:serviceaccount:shop',
      'system:serviceaccount:shop:',
      'system:serviceaccount::deployer',
      'system:serviceaccount:shop:a:b',
      'system:serviceaccount:shop:-x',
      'system:serviceaccount:shop:deployer --kube-token=x',
      'system:serviceaccount:shop:deployer\n',
      '--kube-as-group=system:masters',
    ]) {
      expect(() => testArguments({ ...requests.test, as }), as).to.throw(InvalidSpecError);
    }
  });

  it('uninstall, test and package', () => {
    const target = ['--timeout', '300s', '--namespace', 'shop', '--', 'web'];

    expect(uninstallArguments(helm4, requests.uninstall, { keepHistory: true })).to.deep.equal([
      'uninstall',
      '--keep-history',
      '--debug',
      ...target,
    ]);
    expect(uninstallArguments(helm3, requests.uninstall, { keepHistory: false })).to.deep.equal([
      'uninstall',
      '--debug',
      ...target,
    ]);
    expect(testArguments(requests.test)).to.deep.equal(['test', ...target]);
    expect(testArguments({ ...requests.test, logs: true })).to.deep.equal(['test', '--logs', ...target]);
    expect(packageArguments('/src/web', '/out')).to.deep.equal([
      'package',
      '--destination',
      '/out',
      '--',
      '/src/web',
    ]);
  });

  it('never ask helm to call it success when its storage cannot be read', () => {
    expect(uninstallArguments(helm4, requests.uninstall, { keepHistory: false })).to.not.include(
      '--ignore-not-found',
    );
  });

  it('round a timeout up to whole seconds', () => {
    expect(testArguments({ ...requests.test, timeoutMs: 1_200 })).to.include('2s');
  });
});

describe('the arguments of helm for hostile input', () => {
  const refused = [
    { what: 'a release name that is an option', request: { name: '--post-renderer=x' } },
    { what: 'a release name in capitals', request: { name: 'Web' } },
    { what: 'a release name of 54 characters', request: { name: 'a'.repeat(54) } },
    { what: 'an empty release name', request: { name: '' } },
    { what: 'a namespace with a slash', request: { namespace: 'a/b' } },
    { what: 'a namespace of 64 characters', request: { namespace: 'a'.repeat(64) } },
    { what: 'a relative chart', request: { chartPath: 'web' } },
    { what: 'a chart from a registry', request: { chartPath: 'oci://host/web' } },
    { what: 'a label with a comma in its value', request: { labels: { a: 'b,owner=me' } } },
    { what: 'a label with a comma in its key', request: { labels: { 'a,b': 'c' } } },
    { what: 'a label that Helm keeps for itself', request: { labels: { status: 'deployed' } } },
    { what: 'a label value that means removal', request: { labels: { a: 'null' } } },
    { what: 'a label value of 64 characters', request: { labels: { a: 'x'.repeat(64) } } },
    { what: 'a label key with two slashes', request: { labels: { 'a/b/c': 'x' } } },
    { what: 'no time at all', request: { timeoutMs: 0 } },
    { what: 'endless time', request: { timeoutMs: Number.POSITIVE_INFINITY } },
    { what: 'a negative history', request: { maxHistory: -1 } },
  ];
  for (const { what, request } of refused) {
    it(`refuse ${what}`, () => {
      expect(() => upgradeArguments(helm4, { ...requests.upgrade, ...request }, noValues)).to.throw(
        InvalidSpecError,
      );
    });
  }

  it('refuse a revision that is none', () => {
    for (const revision of [0, -1, 1.5, Number.NaN]) {
      expect(() => rollbackArguments(helm4, { ...requests.rollback, revision })).to.throw(InvalidSpecError);
    }
  });

  it('refuse values files whose path helm would take apart', () => {
    for (const file of ['/srv/a,b.yaml', '/srv/"a".yaml', 'values.yaml', '-']) {
      const values = { files: [file], stdin: false };
      expect(() => upgradeArguments(helm4, requests.upgrade, values), file).to.throw(InvalidSpecError);
    }
  });

  it('put names that get through behind the two dashes and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '0', '-', '.', '=', '/', ' ', ',') }),
        (name) => {
          let args: readonly string[];
          try {
            args = upgradeArguments(helm4, { ...requests.upgrade, name }, noValues);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidSpecError);
            return;
          }
          expect(args.slice(args.indexOf('--'))).to.deep.equal(['--', name, requests.upgrade.chartPath]);
          expect(name).to.match(/^[a-z0-9]/);
        },
      ),
    );
  });

  it('keep a description in one argument on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (description) => {
        const args = testDescription(description);
        expect(args.join('')).to.not.match(/\p{Cc}/u);
        expect(args.filter((argument) => argument.startsWith('-'))).to.have.length.at.most(2);
      }),
    );
  });

  function testDescription(description: string): readonly string[] {
    const args = uninstallArguments(helm4, { ...requests.uninstall, description }, { keepHistory: false });
    const at = args.indexOf('--description');
    return at < 0 ? [] : args.slice(at, at + 2);
  }
});
