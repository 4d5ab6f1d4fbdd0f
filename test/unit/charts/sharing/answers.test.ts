import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import type { Chart } from '../../../../src/charts/chart.ts';
import { answersOf } from '../../../../src/charts/sharing/answers.ts';
import type { SourceState } from '../../../../src/charts/sharing/source-state.ts';

const chart: Chart = {
  ...{ name: 'web', version: '1.0.0', digest: 'd', hooks: 'none', crds: [] },
  ...{ bytes: 1, path: '/x', revision: '1.0.0' },
};
const error = new ChartUnavailableError('away');

function state(
  url: string,
  outcome: 'found' | 'failed' | 'unknown',
  answeredAt?: number,
  name = 'web',
): SourceState {
  return {
    ...{ key: `${url} ${name}`, failures: 0, goodAt: 0 },
    source: { kind: 'repository', url, name, version: '*', scope: '' },
    ...(outcome === 'found' ? { outcome: { kind: 'found', chart, at: 0 } } : {}),
    ...(outcome === 'failed' ? { outcome: { kind: 'failed', error, at: 0, retryAt: 0 } } : {}),
    ...(answeredAt === undefined ? {} : { answeredAt }),
  };
}

describe('whether repositories answer', () => {
  it('is told of each one, by all the charts of it', () => {
    const answers = answersOf(
      [
        state('https://a.example.com', 'found', 70, 'one'),
        state('https://a.example.com', 'failed', 40, 'two'),
        state('https://b.example.com', 'failed', 40, 'one'),
        state('https://b.example.com', 'failed', 60, 'two'),
      ],
      100,
    );

    expect(answers).to.deep.equal([
      { kind: 'repository', url: 'https://b.example.com', failing: true, answeredMsAgo: 40 },
      { kind: 'repository', url: 'https://a.example.com', failing: false, answeredMsAgo: 30 },
    ]);
  });

  it('is not known before the first lookup, and has no time before the first answer', () => {
    const answers = answersOf(
      [state('https://a.example.com', 'unknown'), state('https://b.example.com', 'failed')],
      100,
    );

    expect(answers).to.deep.equal([
      { kind: 'repository', url: 'https://b.example.com', failing: true, answeredMsAgo: undefined },
    ]);
  });

  it('is told without a user, a password or a query', () => {
    const [answer] = answersOf([state('https://me:secret@a.example.com/charts?token=secret', 'found', 1)], 2);

    expect(answer?.url).to.equal('https://a.example.com/charts');
  });

  it('is told of two hundred at most: those that fail, and of them the longest silent', () => {
    const all = Array.from({ length: 300 }, (_, at) =>
      state(`https://${String(at)}.example.com`, at < 150 ? 'found' : 'failed', at),
    );
    const answers = answersOf(all, 1_000);

    expect(answers).to.have.length(200);
    expect(answers.filter(({ failing }) => failing)).to.have.length(150);
    expect(answers[0]).to.include({ url: 'https://150.example.com', answeredMsAgo: 850 });
    expect(answers[150]).to.include({ url: 'https://0.example.com', failing: false });
  });

  it('never gives two series of one name, however long the addresses', () => {
    const long = 'https://a.example.com/'.padEnd(400, 'x');
    expect(answersOf([state(`${long}1`, 'found', 1), state(`${long}2`, 'found', 1)], 2)).to.have.length(1);
  });
});
