import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { NO_SPAN } from '../../../../src/telemetry/tracing/tracer.ts';
import { createRecorder } from './recorder.ts';

describe('a tracer', () => {
  it('puts each span below the one that it is done within', async () => {
    const { tracer, tree, spans } = createRecorder();
    const root = tracer.begin('root');
    root.keep();
    await tracer.within(root, async () => {
      await Promise.all([
        tracer.span('left', {}, async () => {
          await sleep(1);
          await tracer.span('left leaf', {}, () => Promise.resolve());
        }),
        tracer.span('right', {}, () => tracer.span('right leaf', {}, () => sleep(1))),
      ]);
    });
    root.end();

    expect(tree()).to.deep.equal(['root', '  left', '    left leaf', '  right', '    right leaf']);
    expect(spans.every(({ ends }) => ends === 1)).to.equal(true);
  });

  it('says nothing of what nobody keeps', async () => {
    const { tracer, spans } = createRecorder();
    const root = tracer.begin('root');
    await tracer.within(root, () => tracer.span('inner', {}, () => Promise.resolve()));
    root.fail('gone');
    root.end();
    expect(spans).to.be.empty;
  });

  it('keeps with a span all that it is below of, and what was done there before, with its times', async () => {
    const { tracer, tree, one } = createRecorder();
    const change = tracer.begin('change', { at: new Date(0) });
    const other = tracer.begin('never kept', { under: () => change });
    const pass = tracer.begin('pass', { under: () => change });
    await tracer.within(pass, async () => {
      await tracer.span('before', {}, () => Promise.resolve());
      await tracer.span('deep', {}, () =>
        tracer.span('deeper', {}, (span) => {
          span.keep();
          expect(change.isKept).to.equal(true);
          return Promise.resolve();
        }),
      );
      await tracer.span('after', {}, () => Promise.resolve());
    });
    other.end();
    pass.end();
    change.end();

    expect(tree()).to.deep.equal(['change', '  pass', '    before', '    deep', '      deeper', '    after']);
    const { beganAt, endedAt = -1 } = one('before');
    expect(beganAt).to.be.lessThan(endedAt);
    expect(endedAt).to.be.lessThan(one('deep').beganAt);
  });

  it('shares what is known of a whole with its parts, also what came to be known late', async () => {
    const { tracer, one } = createRecorder();
    const root = tracer.begin('root', { attributes: { own: 'mine' } });
    root.share({ release: 'web' });
    await tracer.within(root, async () => {
      await tracer.span('early', { own: 'early' }, () => Promise.resolve());
      root.share({ commit: 'abc' });
      await tracer.span('late', {}, () => Promise.resolve());
    });
    root.keep();
    const below = tracer.begin('below', { under: () => root });
    below.keep();

    expect(one('root').attributes).to.deep.equal({ own: 'mine', release: 'web', commit: 'abc' });
    expect(one('early').attributes).to.deep.equal({ own: 'early', release: 'web', commit: 'abc' });
    expect(one('late').attributes).to.deep.equal({ release: 'web', commit: 'abc' });
    expect(one('below').attributes).to.deep.equal({ release: 'web', commit: 'abc' });
  });

  it('takes no part in what is done by a timer after its span is over', async () => {
    const { tracer, tree } = createRecorder();
    const root = tracer.begin('root');
    root.keep();
    let later: Promise<unknown> = Promise.resolve();
    tracer.within(root, () => {
      later = sleep(2).then(() => tracer.span('late', {}, (span) => Promise.resolve(span)));
    });
    root.end();
    expect(await later).to.equal(NO_SPAN);
    expect(tree()).to.deep.equal(['root']);
  });

  it('tells of an error in words for people, and lets it go on', async () => {
    const { tracer, one } = createRecorder();
    const root = tracer.begin('root');
    root.keep();
    const failing = tracer.within(root, () =>
      tracer.span('failing', {}, () => Promise.reject(new Error('no such chart'))),
    );
    const caught = await failing.catch((error: unknown) => error);
    expect((caught as Error).message).to.equal('no such chart');
    expect(one('failing').failed).to.equal('said: no such chart');
    expect(one('failing').ends).to.equal(1);
    expect(one('root').failed).to.equal(undefined);
  });

  it('shows no secret, by whichever way it comes', () => {
    const { tracer, one } = createRecorder();
    const span = tracer.begin('span', { attributes: { source: 'https://u:geheim@example.com/x' } });
    span.share({ password: 'geheim' });
    span.keep();
    span.set({ why: 'fetching https://token-geheim@example.com failed' });
    span.fail('Authorization: Bearer geheim-geheim-geheim');
    const { attributes, failed } = one('span');
    expect(JSON.stringify([attributes, failed])).not.to.include('geheim');
    expect(attributes).to.include({ source: 'https://***@example.com/x', password: '***' });
  });

  it('ends a span once', () => {
    const { tracer, one } = createRecorder();
    const span = tracer.begin('span');
    span.keep();
    span.end(new Date(7));
    span.end();
    expect(one('span')).to.include({ ends: 1, endedAt: 7 });
  });
});
