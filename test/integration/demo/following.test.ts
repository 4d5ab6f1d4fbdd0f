import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { follow } from '../../../hack/demo/following.ts';
import type { UntilOptions } from '../../../hack/demo/following.ts';
import { end } from '../../../hack/demo/shell.ts';
import { rejection } from './rejection.ts';

interface Counter {
  readonly n: number;
}

describe('following an object', () => {
  const children: ChildProcess[] = [];
  const watch = (script: string): ChildProcess => {
    const child = spawn('sh', ['-c', script], { detached: true });
    children.push(child);
    return child;
  };
  const options = (more: Partial<UntilOptions<Counter>> = {}): UntilOptions<Counter> => ({
    patienceMs: 5_000,
    signal: new AbortController().signal,
    describe: (object) => `n is ${String(object?.n)}`,
    ...more,
  });
  afterEach(() => Promise.all(children.splice(0).map((child) => end(child))));

  it('resolves with the state that was waited for, and tells of those before', async () => {
    const told: number[] = [];
    const following = follow<Counter>(watch(`echo '{"n":1}'; echo '{"n":2}'; sleep 600`));

    const onChange = ({ n }: Counter): unknown => told.push(n);
    const { object } = await following.until('two', ({ n }) => n === 2, options({ onChange }));

    expect(object).to.deep.equal({ n: 2 });
    expect(told).to.deep.equal([1, 2]);
  });

  it('sees at once what came before somebody waited', async () => {
    const following = follow<Counter>(watch(`echo '{"n":1}'; sleep 600`));
    const first = await following.until('one', ({ n }) => n === 1, options());

    const again = await following.until('one', ({ n }) => n === 1, options());

    expect(again).to.equal(first);
  });

  it('fails with the last state when time is over', async () => {
    const following = follow<Counter>(watch(`echo '{"n":1}'; sleep 600`));
    await following.until('one', ({ n }) => n === 1, options());

    const error = await rejection(
      following.until('the second', ({ n }) => n === 2, options({ patienceMs: 20 })),
    );

    expect(error.message).to.equal('the second did not happen within 0.02 s: n is 1');
  });

  it('fails with the words of the watch when that ends', async () => {
    const following = follow<Counter>(watch('echo gone >&2'));

    const error = await rejection(following.until('one', ({ n }) => n === 1, options()));

    expect(error.message).to.equal('kubectl get --watch ended: gone');
  });

  it('ends with the reason when the person wants to stop', async () => {
    const stop = new AbortController();
    const following = follow<Counter>(watch('sleep 600'));
    const waiting = rejection(following.until('one', () => true, options({ signal: stop.signal })));

    stop.abort(new Error('Ctrl-C'));

    expect((await waiting).message).to.equal('Ctrl-C');
  });
});
