import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Health } from '../../../../src/health/health.ts';
import { HelmError } from '../../../../src/helm/errors.ts';
import type { FailureClass } from '../../../../src/helm/errors.ts';
import { concealed, explainRun } from '../../../../src/release/act/explain.ts';
import type { ExplainPorts } from '../../../../src/release/act/explain.ts';
import type { Plan } from '../../../../src/release/plan.ts';

const signal = new AbortController().signal;
const pass = { target: { namespace: 'shop', releaseName: 'web' }, signal };
const plan = { settings: { failureLogs: true }, values: { secrets: ['from-values'] } } as unknown as Plan;
const MADE = { revision: 3, uid: 'uid-3' };

const portsWith = (more: Partial<ExplainPorts> = {}, hasSecrets = true): ExplainPorts => ({
  readiness: { check: () => Promise.resolve({ kind: 'ready' }) },
  renderedSecrets: () => Promise.resolve({ kind: 'words', words: ['made-by-chart'] }),
  readPayload: () => Promise.resolve({ objects: [], hasHooks: true, applyMethod: 'server', hasSecrets }),
  tellOfHook: (_target, question) => Promise.resolve(JSON.stringify(question)),
  ...more,
});

async function explained(kind: FailureClass, made: typeof MADE | undefined, more?: Partial<ExplainPorts>) {
  const error = new HelmError('helm says so', {
    class: kind,
    reason: 'HelmFailed',
    retry: 'backoff',
    stderrTail: 'tail',
  });
  return await explainRun(pass, plan, error, made, portsWith(more));
}

describe('what helm says when it fails', () => {
  it('is followed by what is known of the hook', async () => {
    const error = await explained('HOOK_FAILED', MADE);

    expect(error.message).to.equal(
      'helm says so; {"test":false,"withLogs":true,"secrets":["from-values"],"revision":3}',
    );
    expect(error).to.include({ class: 'HOOK_FAILED', retry: 'backoff', stderrTail: 'tail' });
  });

  it('is followed by what is not ready where helm waited itself, without secrets', async () => {
    const health: Health = { kind: 'progressing', why: 'pod web: from-values made-by-chart' };

    const { message } = await explained('TIMEOUT', MADE, {
      readiness: { check: () => Promise.resolve(health) },
    });

    expect(message).to.equal('helm says so; pod web: *** ***');
  });

  it('stands alone where there is nothing to add, or nobody can be asked', async () => {
    const away = { readiness: { check: () => Promise.reject(new Error('away')) } };

    for (const error of [
      await explained('OTHER', MADE),
      await explained('HOOK_FAILED', undefined),
      await explained('TIMEOUT', MADE),
      await explained('TIMEOUT', MADE, away),
      await explained('HOOK_FAILED', MADE, { tellOfHook: () => Promise.resolve(undefined) }),
    ]) {
      expect(error.message).to.equal('helm says so');
    }
  });
});

describe('what the cluster says', () => {
  it('costs a look at the Secrets of a release only where it has some', async () => {
    const said = 'from-values made-by-chart';

    expect(await concealed(pass, plan, MADE, said, portsWith())).to.equal('*** ***');
    expect(await concealed(pass, plan, MADE, said, portsWith({}, false))).to.equal('*** made-by-chart');
  });

  it('is withheld while nobody can tell what a release with Secrets keeps in them', async () => {
    const renderedSecrets = () => Promise.resolve({ kind: 'everything', why: 'the API is away' } as const);

    expect(await concealed(pass, plan, MADE, 'made-by-chart', portsWith({ renderedSecrets }))).to.equal(
      'what the cluster says of it is not shown, because it may quote Secrets of the release and the API is away: look at the Events and pods of namespace shop',
    );
    expect(await concealed(pass, plan, MADE, 'no secret', portsWith({ renderedSecrets }, false))).to.equal(
      'no secret',
    );
  });
});
