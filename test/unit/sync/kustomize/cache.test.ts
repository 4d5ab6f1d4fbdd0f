import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createRenderCache, type Rendered } from '../../../../src/sync/kustomize/cache.ts';

const ok = (bytes: number): Rendered => ({ kind: 'ok', bytes: Buffer.alloc(bytes) });

describe('the cache of what kustomize made', () => {
  it('keeps what was used last, within its bytes', () => {
    const cache = createRenderCache(10_000);
    cache.set('a', ok(4_000));
    cache.set('b', ok(4_000));
    cache.get('a');
    cache.set('c', ok(4_000));

    expect([cache.get('a'), cache.get('b'), cache.get('c')].map((one) => one?.kind)).to.deep.equal([
      'ok',
      undefined,
      'ok',
    ]);
    expect(cache.bytes).to.be.at.most(10_000);
  });

  it('counts what replaces something once, and takes nothing that is larger than it', () => {
    const cache = createRenderCache(10_000);
    cache.set('a', ok(4_000));
    cache.set('a', { kind: 'failed', why: 'x' });
    const small = cache.bytes;
    cache.set('b', ok(20_000));

    expect(small).to.be.below(1_000);
    expect(cache.get('b')).to.equal(undefined);
    expect(cache.get('a')).to.deep.equal({ kind: 'failed', why: 'x' });
  });

  it('keeps failures within its bytes too', () => {
    const cache = createRenderCache(10_000);
    for (let at = 0; at < 100; at += 1) cache.set(String(at), { kind: 'failed', why: '' });

    expect(cache.bytes).to.be.at.most(10_000);
    expect(cache.get('0')).to.equal(undefined);
  });
});
