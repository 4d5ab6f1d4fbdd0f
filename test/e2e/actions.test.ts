import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { tool } from '../../hack/testenv/testenv.ts';
import type { HelmRelease, HelmReleaseSpec } from '../../src/api/helm-release.ts';
import { RESTARTED_ANNOTATION } from '../../src/api/names.ts';
import { decodeRelease } from '../../src/helm/storage/codec.ts';
import { eventually } from '../support/eventually.ts';
import { startKubelet } from '../support/kubelet.ts';
import type { Kubelet } from '../support/kubelet.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { startForeignHelm } from './foreign-helm.ts';
import { eventsOf } from './trouble.ts';
import { conditionOf, startWorld, webRelease } from './world.ts';
import type { World } from './world.ts';

const NAMESPACE = 'actions';
const POD = 'testenv.helm-release-operator.io/pod';
const TESTS = { enabled: true };
const FAILING_TESTS = { enabled: true, kind: 'Job', podAnnotations: { [POD]: 'fails' } };
const FAILING_HOOK = { on: ['pre-install'], podAnnotations: { [POD]: 'fails' } };
const NEVER_READY = { podAnnotations: { [POD]: 'never-ready' } };

/** What the pods here write: what values from a Secret say, and what the chart itself has put into a Secret. */
const LOG = ['starting', 'password is hunter2-battery', 'token is made-by-chart', 'giving up'];

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'of-the-chart' },
  stringData: { token: 'made-by-chart' },
};

/** Whatever would begin a release again shows in its numbers. */
const HISTORIES = [
  { name: 'one', maxHistory: 1, kept: ['1 superseded', '3 deployed'], last: ['3 superseded', '4 deployed'] },
  {
    name: 'all',
    maxHistory: 0,
    kept: ['1 superseded', '2 failed', '3 deployed'],
    last: ['1 superseded', '2 failed', '3 superseded', '4 deployed'],
  },
] as const;

for (const helm of ['helm', 'helm3'] as const) {
  describe(`the options of actions, with ${helm}`, function () {
    this.timeout(60_000);
    let world: World;
    let kubelet: Kubelet;
    let operator: OperatorProcess;

    const spec = (more: Partial<HelmReleaseSpec>): Partial<HelmReleaseSpec> => ({ timeout: 20, ...more });
    const apply = async (name: string, more: Partial<HelmReleaseSpec>): Promise<void> => {
      const release = webRelease(world, NAMESPACE, name, spec({ releaseName: name, ...more }));
      await world.cluster.apply(release);
    };
    const until = (name: string, check: (release: HelmRelease) => void): Promise<HelmRelease> =>
      world.until(NAMESPACE, name, check, 30_000);
    const untilReady = (name: string, revision: number): Promise<HelmRelease> =>
      until(name, (each) => {
        expect(each.status?.deployed?.revision).to.equal(revision);
        expect(each.status?.observedGeneration).to.equal(each.metadata.generation);
        expect(conditionOf(each, 'Ready').status).to.equal('True');
      });
    const untilRolledBack = (name: string): Promise<HelmRelease> =>
      until(name, (each) => {
        expect(each.status?.observedGeneration).to.equal(each.metadata.generation);
        expect(each.status?.phase).to.equal('RolledBack');
      });
    const stored = async (name: string): Promise<readonly string[]> =>
      (await world.revisions(NAMESPACE, name)).map(({ revision, status }) => `${revision} ${status}`);
    const names = async (kinds: string, ...more: readonly string[]): Promise<readonly string[]> =>
      (await world.cluster.kubectl('get', kinds, '-n', NAMESPACE, '-o', 'name', ...more))
        .split('\n')
        .filter(Boolean);

    before(async () => {
      world = await startWorld(helm);
      kubelet = await startKubelet(world.cluster, () => `${LOG.join('\n')}\n`);
      await world.cluster.createNamespace(NAMESPACE);
      await world.cluster.kubectl(
        ...['create', 'secret', 'generic', 'values', '-n', NAMESPACE],
        '--from-literal=values.yaml=password: hunter2-battery',
      );
      operator = await world.operator({ flags: ['--charts-sync-interval=2s'] });
      // All at once: they wait more than they work.
      const test = { enable: true, ignoreFailures: true };
      await apply('cleaned', { test, values: { test: TESTS } });
      await apply('failed', { test, values: { test: FAILING_TESTS } });
      await apply('kept', { test: { ...test, cleanup: false }, values: { test: TESTS } });
      const values = { hook: FAILING_HOOK, extraObjects: [SECRET] };
      await apply('silent', { values });
      const valuesFrom = [{ secretKeyRef: { name: 'values' } }];
      await apply('told', { values, valuesFrom, failureLogs: true });
      for (const { name, maxHistory } of HISTORIES)
        await apply(name, { rollback: { enable: true }, maxHistory });
    });

    after(async () => {
      await operator.stop();
      await kubelet[Symbol.asyncDispose]();
      await world.stop();
    });

    describe('tests', () => {
      it('leave no pod and no Job behind, whether they went well or not', async () => {
        await untilReady('cleaned', 1);
        const failed = await untilReady('failed', 1);

        expect(conditionOf(failed, 'Tested').status).to.equal('False');
        await eventually(async () => {
          expect(await names('pods,jobs')).not.to.include.oneOf([
            'pod/cleaned-test',
            'job.batch/failed-test',
          ]);
          expect(await names('pods', '-l', 'job-name=failed-test')).to.deep.equal([]);
        });
        expect(operator.log()).to.match(
          /test failed - ignoring failures.*container test ended with exit code 1/,
        );
      });

      it('leave them where they are to be kept', async () => {
        await untilReady('kept', 1);

        expect(await names('pods')).to.include('pod/kept-test');
      });
    });

    describe('a hook that fails', () => {
      const causeOf = async (name: string): Promise<string> => {
        const release = await until(name, ({ status }) => {
          expect(status?.failure?.step).to.equal('install');
        });
        const cause = release.status?.failure?.cause ?? '';
        await eventually(async () => {
          const [event] = await eventsOf(world, release.metadata, 'FailedReleaseSync');
          expect(event?.message).to.contain(cause);
        });
        return cause;
      };

      it('says what its pod says of itself, and none of what that wrote', async () => {
        expect(await causeOf('silent')).to.match(
          /pre-install hook Job silent-hook failed .*; pod actions\/silent-hook-\w+: container hook ended with exit code 1$/,
        );
        expect(kubelet.asked.filter((each) => each.includes('silent'))).to.deep.equal([]);
      });

      it('says what its pod wrote last when that is asked for, without what came from Secrets', async () => {
        expect(await causeOf('told')).to.match(
          /container hook of pod told-hook-\w+ wrote last: starting \| password is \*\*\* \| token is \*\*\* \| giving up$/,
        );
        expect(kubelet.asked.at(-1)).to.match(
          /^actions\/told-hook-\w+\/hook\?limitBytes=262144&tailLines=20$/,
        );
      });
    });

    describe('the definitions of a chart', () => {
      const definition = (kind: string, field: string, type = 'string'): object => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `${kind.toLowerCase()}s.example.com` },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { kind, plural: `${kind.toLowerCase()}s` },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', properties: { [field]: { type } } } },
            },
          ],
        },
      });
      const commit = (kind: string, ...definitions: readonly object[]): Promise<string> => {
        const chart = kind.toLowerCase();
        return world.git.commit('charts', {
          [`${chart}/Chart.yaml`]: `apiVersion: v2\nname: ${chart}\nversion: 0.1.0\n`,
          [`${chart}/crds/all.yaml`]: definitions.map((each) => JSON.stringify(each)).join('\n---\n'),
          [`${chart}/templates/one.yaml`]: `apiVersion: example.com/v1\nkind: ${kind}\nmetadata: {name: one}\n`,
        });
      };
      const fields = async (kind: string): Promise<string> =>
        await world.cluster.kubectl(
          ...['get', 'crd', `${kind.toLowerCase()}s.example.com`],
          ...['-o', 'jsonpath={.spec.versions[0].schema.openAPIV3Schema.properties}'],
        );
      const applyChart = (name: string, crds: NonNullable<HelmReleaseSpec['crds']>): Promise<void> =>
        apply(name, { crds, chart: { git: world.git.repoUrl('charts'), path: name, ref: 'main' } });

      it('are created where they are missing, and left alone where they are there', async () => {
        await world.cluster.apply(definition('Gadget', 'old'));
        const beside = (name: string, which: string): object => ({
          ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { which } },
        });
        await world.cluster.apply({
          ...beside('there', 'old'),
          metadata: { name: 'there', namespace: NAMESPACE },
        });
        await commit(
          'Gadget',
          ...[definition('Gadget', 'new'), definition('Gizmo', 'new')],
          ...[beside('there', 'new'), beside('missing', 'new')],
        );

        await applyChart('gadget', 'Create');

        await untilReady('gadget', 1);
        const which = (name: string): Promise<string> =>
          world.cluster.kubectl('get', 'configmap', name, '-n', NAMESPACE, '-o', 'jsonpath={.data.which}');
        expect([await which('there'), await which('missing')]).to.deep.equal(['old', 'new']);
        expect(await fields('Gadget')).to.equal('{"old":{"type":"string"}}');
        expect(await fields('Gizmo')).to.equal('{"new":{"type":"string"}}');
      });

      // We read and apply them ourselves, whichever helm there is.
      if (helm === 'helm3') return;

      it('are kept as the chart has them when that is the policy, and never deleted', async () => {
        await world.cluster.apply(definition('Widget', 'old'));
        await commit('Widget', definition('Widget', 'new'));
        await applyChart('widget', 'CreateReplace');
        await untilReady('widget', 1);
        expect(await fields('Widget')).to.equal('{"new":{"type":"string"}}');

        await commit('Widget', definition('Widget', 'newer'));
        await untilReady('widget', 2);

        expect(await fields('Widget')).to.equal('{"newer":{"type":"string"}}');
        await world.cluster.kubectl(
          ...['delete', 'helmreleases.helm.fluxcd.io', 'widget', '-n', NAMESPACE, '--timeout=20s'],
        );
        expect(await fields('Widget')).to.equal('{"newer":{"type":"string"}}');
      });

      it('fail the release before helm is run when they cannot be applied', async () => {
        await commit('Broken', definition('Broken', 'a', 'nonsense'));

        await applyChart('broken', 'CreateReplace');

        const { status } = await until('broken', (each) => {
          expect(each.status?.failure?.step).to.equal('install');
        });
        expect(status?.failure?.cause).to.match(
          /CustomResourceDefinition brokens\.example\.com cannot be applied: .*Unsupported value: "nonsense"/,
        );
        expect(await stored('broken')).to.deep.equal([]);
      });
    });

    if (helm === 'helm') {
      describe('what the server applies', () => {
        interface Managed {
          readonly metadata: {
            readonly managedFields: readonly { readonly manager: string; readonly operation: string }[];
          };
        }

        /** A manifest with a field that nobody knows: left out by 1.4.4 when it was told not to check. */
        const odd = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'odd' },
          spec: { nonsense: true, ports: [{ port: 80 }] },
        };

        it('names field and manager of a conflict, and says so when it takes the field over', async () => {
          await apply('scaled', {});
          await untilReady('scaled', 1);
          await world.cluster.kubectl('scale', 'deployment/scaled', '-n', NAMESPACE, '--replicas=3');

          await apply('scaled', { forceConflicts: false, values: { replicas: 2 } });
          const { status } = await until('scaled', (each) => {
            expect(each.status?.failure?.step).to.equal('upgrade');
          });

          expect(status?.failure?.cause).to.include(
            'Deployment actions/scaled: .spec.replicas belongs to "kubectl" (subresource scale): set spec.forceConflicts to true',
          );
          await apply('scaled', { values: { replicas: 2 } });
          const { metadata } = await untilReady('scaled', 3);
          await eventually(async () => {
            const [event] = await eventsOf(world, metadata, 'FieldsTakenOver');
            expect(event?.message).to.contain(
              'helm took fields over: Deployment actions/scaled: .spec.replicas from "kubectl" (subresource scale) (',
            );
          });
          expect(
            await world.cluster.kubectl(
              ...['get', 'deployment', 'scaled', '-n', NAMESPACE, '-o', 'jsonpath={.spec.replicas}'],
            ),
          ).to.equal('2');
        });

        it('refuses fields that it does not know, and takes them from the client when it is not to check', async () => {
          await apply('strict', { values: { extraObjects: [odd] } });
          await apply('lenient', {
            disableOpenAPIValidation: true,
            values: { extraObjects: [{ ...odd, metadata: { name: 'lenient-odd' } }] },
          });

          const { status } = await until('strict', (each) => {
            expect(each.status?.failure?.step).to.equal('install');
          });
          expect(status?.failure?.cause).to.contain('.spec.nonsense: field not declared in schema');
          await untilReady('lenient', 1);
          expect(await names('services')).to.include('service/lenient-odd');
        });

        it('is not what Helm 3 has applied: that goes on as it was', async () => {
          const foreign = await startForeignHelm({ ...world, helm: await tool('helm3') }, NAMESPACE);
          try {
            await foreign.install('of-three', { text: 'wanted' });
          } finally {
            await foreign.stop();
          }
          await apply('of-three', { values: { text: 'wanted' } });
          await untilReady('of-three', 1);

          await apply('of-three', { values: { text: 'newer' } });
          await untilReady('of-three', 2);

          const found = await world.cluster.kubectl(
            ...['get', 'configmap', 'of-three', '-n', NAMESPACE, '-o', 'json', '--show-managed-fields'],
          );
          const { managedFields } = (JSON.parse(found) as Managed).metadata;
          expect(managedFields.map(({ manager, operation }) => `${manager} ${operation}`)).to.deep.equal([
            'helm Update',
          ]);
          const secret = await world.cluster.get<{ readonly data: { readonly release: string } }>(
            'secrets',
            'sh.helm.release.v1.of-three.v2',
            NAMESPACE,
          );
          expect((await decodeRelease(secret?.data.release ?? '')).applyMethod).to.equal('client');
        });
      });
    }

    describe('a rollback', () => {
      const rollback = { enable: true };
      it('stands however few revisions are kept, and is not repeated for an input that makes none', async () => {
        for (const { name } of HISTORIES) await untilReady(name, 1);
        for (const { name, maxHistory } of HISTORIES)
          await apply(name, { rollback, maxHistory, timeout: 1, values: NEVER_READY });
        for (const { name, kept } of HISTORIES) {
          await untilRolledBack(name);
          expect(await stored(name)).to.deep.equal(kept);
        }

        for (const { name, maxHistory } of HISTORIES)
          await apply(name, { rollback, maxHistory, values: { fail: 'these values cannot be rendered' } });
        for (const { name, kept } of HISTORIES) {
          await until(name, ({ status }) => {
            expect(status?.failure?.cause).to.contain('these values cannot be rendered');
          });
          expect(await stored(name)).to.deep.equal(kept);
        }

        for (const { name, maxHistory } of HISTORIES)
          await apply(name, { rollback, maxHistory, values: { text: 'good' } });
        for (const { name, last } of HISTORIES) {
          await untilReady(name, 4);
          expect(await stored(name)).to.deep.equal(last);
        }
      });

      if (helm === 'helm3') return;

      it('has pods made anew once, also by an operator that was killed over it', async () => {
        const more = { rollback: { enable: true, recreate: true } };
        const restartOf = async (): Promise<string> => {
          const path = `jsonpath={.spec.template.metadata.annotations.${RESTARTED_ANNOTATION.replaceAll('.', String.raw`\.`)}}`;
          return await world.cluster.kubectl('get', 'deployment', 'anew', '-n', NAMESPACE, '-o', path);
        };
        const templates = async (): Promise<readonly string[]> =>
          await names('replicasets', '-l', 'app.kubernetes.io/instance=anew');
        await apply('anew', more);
        await untilReady('anew', 1);
        await apply('anew', { ...more, timeout: 1, values: NEVER_READY });
        await eventually(async () => {
          expect(await restartOf()).to.match(/^revision-3-/);
        });
        const restart = await restartOf();
        await operator.kill();
        const before = await templates();

        operator = await world.operator({ flags: ['--charts-sync-interval=2s'] });

        await untilRolledBack('anew');
        expect(await restartOf()).to.equal(restart);
        expect(await templates()).to.have.length(before.length);
        await apply('anew', { ...more, values: { text: 'good' } });
        await untilReady('anew', 4);
        expect(await restartOf()).to.equal(restart);
      });
    });
  });
}
