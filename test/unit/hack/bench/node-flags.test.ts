import { expect } from 'chai';
import { describe, it } from 'mocha';
import { describeStart, nodeStart, nodeStartIn } from '../../../../hack/bench/stage/node-flags.ts';

describe('how the image starts Node', () => {
  it('is read from its entry point and its environment, but for the home directory', () => {
    const start = nodeStartIn(
      'ENV A=1 HOME=/root\nENV B=2\nENTRYPOINT ["/sbin/tini", "--", "node", "--one", "--two=3", "/app/main.mjs"]\n',
    );

    expect(start).to.deep.equal({ flags: ['--one', '--two=3'], env: { A: '1', B: '2' } });
    expect(describeStart(start)).to.equal('A=1 B=2 --one --two=3');
  });

  it('is what the Dockerfile of this repository says', () => {
    expect(nodeStart().flags).to.include('--enable-source-maps');
    expect(nodeStart().env).to.include({ NODE_ENV: 'production' }).and.to.have.property('UV_THREADPOOL_SIZE');
  });

  it('is an error where there is no such entry point', () => {
    expect(() => nodeStartIn('FROM scratch\n')).to.throw('no ENTRYPOINT that starts node with flags');
  });
});
