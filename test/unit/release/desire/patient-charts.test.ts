import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Chart, ChartSource } from '../../../../src/charts/chart.ts';
import { createPatientCharts } from '../../../../src/release/desire/patient-charts.ts';
import type { PatientCharts } from '../../../../src/release/desire/patient-charts.ts';

const SOURCE: ChartSource = { kind: 'oci', url: 'oci://example.com/web', version: '1.x', scope: '' };
const CHART: Chart = {
  ...{ name: 'web', version: '1.0.0', revision: '1.0.0', digest: 'abc', path: '/web.tgz' },
  ...{ hooks: 'none', crds: [], bytes: 1_000 },
};

interface Bench {
  readonly charts: PatientCharts;
  /** One for each time that a source was asked. */
  readonly answers: readonly PromiseWithResolvers<Chart>[];
  readonly woken: readonly string[];
  readonly stop: () => void;
}

function setUp(): Bench {
  const answers: PromiseWithResolvers<Chart>[] = [];
  const woken: string[] = [];
  const stopping = new AbortController();
  const charts = createPatientCharts({
    charts: {
      resolve: (_, { signal }) => {
        const answer = Promise.withResolvers<Chart>();
        signal.addEventListener('abort', () => {
          answer.reject(signal.reason as Error);
        });
        answers.push(answer);
        return answer.promise;
      },
    },
    patienceMs: 1,
    wake: (release) => woken.push(release),
    stopping: stopping.signal,
  });
  return {
    ...{ charts, answers, woken },
    stop: () => {
      stopping.abort(new Error('stopping'));
    },
  };
}

/** Lets everything that follows from what was just settled happen. */
const settled = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

describe('charts for passes that have no time to wait', () => {
  it('gives a chart that is there at once', async () => {
    const { charts, answers, woken } = setUp();
    const found = charts.find('shop/web', SOURCE, false);
    answers[0]?.resolve(CHART);

    expect(await found).to.equal(CHART);
    await settled();
    expect(woken).to.deep.equal([]);
  });

  it('does not wait for a slow source, wakes the release when it has answered, and then has the answer', async () => {
    const { charts, answers, woken } = setUp();
    expect(await charts.find('shop/web', SOURCE, true)).to.equal(undefined);
    expect(await charts.find('shop/web', SOURCE, true)).to.equal(undefined);

    answers[0]?.resolve(CHART);
    await settled();

    expect(woken).to.deep.equal(['shop/web']);
    expect(await charts.find('shop/web', SOURCE, true)).to.equal(CHART);
    expect(answers).to.have.length(1);
  });

  it('hands a late failure on, once', async () => {
    const { charts, answers, woken } = setUp();
    await charts.find('shop/web', SOURCE, false);
    answers[0]?.reject(new Error('no such host'));
    await settled();

    expect(woken).to.deep.equal(['shop/web']);
    const failure: unknown = await charts.find('shop/web', SOURCE, false).catch((error: unknown) => error);
    expect(failure).to.have.property('message', 'no such host');
    void charts.find('shop/web', SOURCE, false);
    expect(answers).to.have.length(2);
  });

  it('forgets a search for a source that is not wanted any more, or for a release that is gone', async () => {
    const { charts, answers, woken } = setUp();
    const newer = { ...SOURCE, version: '2.x' };
    await charts.find('shop/web', SOURCE, false);
    await charts.find('shop/web', newer, false);
    await charts.find('shop/db', SOURCE, false);
    charts.forget('shop/db');

    answers[0]?.resolve({ ...CHART, version: 'too old' });
    answers[2]?.resolve(CHART);
    await settled();
    expect(woken).to.deep.equal([]);

    answers[1]?.resolve(CHART);
    await settled();
    expect(woken).to.deep.equal(['shop/web']);
    expect(await charts.find('shop/web', newer, false)).to.equal(CHART);
  });

  it('ends with the operator, which is no failure of the source', async () => {
    const { charts, stop, woken } = setUp();
    await charts.find('shop/web', SOURCE, false);
    const found = charts.find('shop/db', SOURCE, false);
    stop();

    expect(await found).to.equal(undefined);
    await settled();
    expect(woken).to.deep.equal([]);
  });
});
