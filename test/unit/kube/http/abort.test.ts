import { expect } from 'chai';
import sinon from 'sinon';
import { abortable, sleep } from '../../../../src/kube/http/abort.ts';
import { DeadlineError, withDeadline } from '../../../../src/kube/http/deadline.ts';
import { failureOf, never } from '../support/fakes.ts';

describe('waiting', () => {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    timers = sinon.useFakeTimers();
  });
  afterEach(() => {
    timers.restore();
  });

  it('ends at once on abort, with the reason, and leaves no timer', async () => {
    const controller = new AbortController();
    const failed = failureOf(sleep(60_000, controller.signal));

    controller.abort(new Error('enough'));

    expect((await failed).message).to.equal('enough');
    expect(timers.countTimers()).to.equal(0);
  });

  it('does not begin when it is over already', async () => {
    expect((await failureOf(sleep(5, AbortSignal.abort('over')))).message).to.equal('over');
    expect((await failureOf(abortable(new Promise(() => undefined), AbortSignal.abort()))).name).to.equal(
      'AbortError',
    );
    expect(timers.countTimers()).to.equal(0);
  });

  it('ends a call that takes too long, and tells that from an abort', async () => {
    const hang = (signal: AbortSignal): Promise<never> =>
      abortable(new Promise<never>(() => undefined), signal);
    const slow = failureOf(withDeadline(5_000, never(), hang));
    await timers.tickAsync(5_000);

    expect(await slow).to.be.instanceOf(DeadlineError);
    expect((await slow).message).to.equal('nothing was heard for 5 s');

    const controller = new AbortController();
    const aborted = failureOf(withDeadline(5_000, controller.signal, hang));
    controller.abort(new Error('stop'));

    expect((await aborted).message).to.equal('stop');
    expect(timers.countTimers()).to.equal(0);
  });

  it('gives a call that makes progress more time', async () => {
    const result = withDeadline(1_000, never(), async (signal, deadline) => {
      deadline.set(3_000);
      await sleep(2_900, signal);
      deadline.set(3_000);
      await sleep(2_900, signal);
      return 'done';
    });
    await timers.tickAsync(5_800);

    expect(await result).to.equal('done');
    expect(timers.countTimers()).to.equal(0);
  });
});
