import { expect } from 'chai';
import { UnreachableError } from '../../../src/kube/errors.ts';
import type { ApiRequest } from '../../../src/kube/http/api-request.ts';
import { failureOf, never } from './support/fakes.ts';
import { reply } from './support/scripted-server.ts';
import { GET, ok, until, useTransportBench } from './support/transport-bench.ts';

describe('the streams of the transport', () => {
  const bench = useTransportBench();

  const WATCH: ApiRequest = {
    verb: 'watch',
    resource: 'pods',
    path: '/api/v1/pods',
    query: { watch: 'true' },
  };
  const collect = (idleMs = 5_000) => {
    const heard: string[] = [];
    return {
      heard,
      sink: {
        idleMs: () => idleMs,
        onOpen: () => heard.push('open'),
        onChunk: (chunk: Buffer) => heard.push(chunk.toString()),
      },
    };
  };

  it('hands on each piece when it comes, and ends with the server', async () => {
    const server = await bench.serve((response) => {
      response.write('one');
      setTimeout(() => response.end('two'), 30);
    });
    const { heard, sink } = collect();

    await bench.open(server.url).stream(WATCH, sink, never());

    expect(heard).to.deep.equal(['open', 'one', 'two']);
    expect(bench.seen.map(({ verb, code }) => [verb, code])).to.deep.equal([['watch', 200]]);
  });

  it('repeats the opening, but never what was begun', async () => {
    const server = await bench.serve((response, _, nth) => {
      if (nth === 1) reply(response, 429, { kind: 'Status', code: 429 });
      else response.write('one', () => response.destroy());
    });
    const { heard, sink } = collect();

    const error = await failureOf(bench.open(server.url).stream(WATCH, sink, never()));

    expect(error).to.be.instanceOf(UnreachableError);
    expect(heard).to.deep.equal(['open', 'one']);
    expect(server.received).to.have.length(2);
  });

  it('gives up a connection that has gone silent', async () => {
    const server = await bench.serve((response) => response.write('one'));
    const { sink } = collect(80);

    const error = await failureOf(bench.open(server.url).stream(WATCH, sink, never()));

    expect(error.message).to.contain('does not answer');
    await until(() => server.open === 0);
  });

  it('does not count among the sixteen requests', async () => {
    const server = await bench.serve((response, request, nth) => {
      if (request.url.includes('watch')) response.write('one');
      else ok(response, request, nth);
    });
    const transport = bench.open(server.url);
    const stop = new AbortController();
    const watches = Array.from({ length: 40 }, () =>
      failureOf(transport.stream(WATCH, collect().sink, stop.signal)),
    );

    expect(await transport.request(GET, never())).to.deep.equal({ fine: true });
    stop.abort(new Error('enough'));

    expect(new Set((await Promise.all(watches)).map(({ message }) => message))).to.deep.equal(
      new Set(['enough']),
    );
  });

  it('ends with the error of whoever takes the pieces', async () => {
    const server = await bench.serve((response) => response.write('one'));
    const { sink } = collect();

    const error = await failureOf(
      bench.open(server.url).stream(
        WATCH,
        {
          ...sink,
          onChunk: () => {
            throw new Error('cannot digest');
          },
        },
        never(),
      ),
    );

    expect(error.message).to.equal('cannot digest');
    await until(() => server.open === 0);
  });
});
