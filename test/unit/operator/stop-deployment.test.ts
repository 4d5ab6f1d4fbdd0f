import { expect } from 'chai';
import { describe, it } from 'mocha';
import { stopDeployment } from '../../../src/operator/stop-deployment.ts';

const soon = (): AbortSignal => AbortSignal.timeout(5_000);
const DEPLOYMENT = {
  metadata: { name: 'operator', namespace: 'flux' },
  spec: { selector: { matchLabels: { app: 'helm-operator', release: 'ours' } } },
};

/** A cluster in which these phases are seen, one look after the other. */
function clusterWith(deployment: object | undefined, ...looks: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const said: string[] = [];
  const waiting = [...looks];
  const pods = {
    list: ({ namespace = '', labelSelector = '' }) => {
      asked.push(`pods of ${namespace} with ${labelSelector}`);
      const items = (waiting.shift() ?? []).map((phase, index) => ({
        metadata: { name: `pod-${String(index)}` },
        status: { phase },
      }));
      return Promise.resolve({ items, resourceVersion: '1' });
    },
  };
  const deployments = {
    get: () => Promise.resolve(deployment as typeof DEPLOYMENT | undefined),
    mergePatch: ({ namespace = '', name }: { namespace?: string; name: string }, patch: object) => {
      asked.push(`patch ${namespace}/${name} ${JSON.stringify(patch)}`);
      return Promise.resolve(DEPLOYMENT);
    },
  };
  const write = (line: string): void => void said.push(line);
  const onScaled = (): void => void asked.push('told');
  return { asked, said, ports: { deployments, pods, write, onScaled, pollMs: 1 } };
}

describe('the Deployment of an operator that is to end', () => {
  it('is scaled to 0, and waited for until no pod of it runs', async () => {
    const { asked, said, ports } = clusterWith(
      DEPLOYMENT,
      ['Running', 'Running'],
      ['Running', 'Running'],
      ['Pending', 'Failed'],
      ['Failed', 'Succeeded'],
    );

    await stopDeployment('flux', 'operator', ports, soon());

    const look = 'pods of flux with app=helm-operator,release=ours';
    const patch = 'patch flux/operator {"spec":{"replicas":0}}';
    expect(asked).to.deep.equal([patch, 'told', look, look, look, look]);
    expect(said).to.deep.equal([
      'Waiting for 2 pods of Deployment flux/operator to end.',
      'Waiting for 1 pods of Deployment flux/operator to end.',
      'Deployment flux/operator is scaled to 0, and none of its pods is left.',
    ]);
  });

  it('may be gone already', async () => {
    const { asked, said, ports } = clusterWith(undefined);

    await stopDeployment('flux', 'operator', ports, soon());

    expect(asked).to.deep.equal([]);
    expect(said).to.deep.equal(['There is no Deployment flux/operator.']);
  });

  it('is waited for no longer than anybody waits', async () => {
    const forever = Array.from({ length: 10_000 }, () => ['Running']);
    const { ports } = clusterWith(DEPLOYMENT, ...forever);
    const stop = new AbortController();
    const stopping = stopDeployment('flux', 'operator', ports, stop.signal).catch((error: unknown) => error);

    stop.abort(new Error('stopped'));

    expect(await stopping).to.include({ message: 'stopped' });
  });
});
