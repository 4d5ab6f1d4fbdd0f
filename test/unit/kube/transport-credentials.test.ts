import { expect } from 'chai';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureOf, never } from './support/fakes.ts';
import { reply } from './support/scripted-server.ts';
import { CREATE, GET, ok, useTransportBench } from './support/transport-bench.ts';

describe('the transport and its credentials', () => {
  const bench = useTransportBench();

  it('asks with a fresh token when the old one is refused, once', async () => {
    await writeFile(join(bench.dir, 'token'), 'old');
    const server = await bench.serve((response, request, nth) => {
      if (request.headers.authorization === 'Bearer new') ok(response, request, nth);
      else reply(response, 401, { kind: 'Status', code: 401, message: 'Unauthorized' });
    });
    const transport = await bench.openAs(server.url, {}, { tokenFile: join(bench.dir, 'token') });

    expect((await failureOf(transport.request(CREATE, never()))).message).to.contain('Unauthorized');
    expect(server.received).to.have.length(2);

    await writeFile(join(bench.dir, 'token'), 'new');
    expect(await transport.request(CREATE, never())).to.deep.equal({ fine: true });
    expect(server.received).to.have.length(4);
  });

  it('defect 18: notices a swapped token file before anybody refuses the old token', async () => {
    await writeFile(join(bench.dir, 'token'), 'old');
    const server = await bench.serve(ok);
    const transport = await bench.openAs(server.url, {}, { tokenFile: join(bench.dir, 'token') });
    await transport.request(GET, never());
    await writeFile(join(bench.dir, 'token'), 'new');

    await transport.request(GET, never());
    bench.skip(11_000);
    await transport.request(GET, never());
    await rm(join(bench.dir, 'token')); // in the middle of the next swap
    bench.skip(22_000);
    await transport.request(GET, never());

    expect(server.received.map(({ headers }) => headers.authorization)).to.deep.equal([
      'Bearer old',
      'Bearer old',
      'Bearer new',
      'Bearer new',
    ]);
  });

  it('runs a credential plugin once for all requests, and anew when its token is refused', async () => {
    const script = `n=$(cat ${bench.dir}/runs 2>/dev/null || echo 0); n=$((n+1)); echo $n > ${bench.dir}/runs; echo '{"status":{"token":"'token-$n'"}}'`;
    const server = await bench.serve((response, request, nth) => {
      if (nth > 4 && request.headers.authorization === 'Bearer token-1')
        reply(response, 401, { kind: 'Status' });
      else ok(response, request, nth);
    });
    const transport = await bench.openAs(server.url, {}, { exec: { command: 'sh', args: ['-c', script] } });

    await Promise.all([1, 2, 3, 4].map(() => transport.request(GET, never())));
    await transport.request(GET, never());

    const tokens = server.received.map(({ headers }) => headers.authorization?.slice(-1));
    expect(tokens.join('')).to.equal('111112');
  });

  it('says which credential plugin failed, and why', async () => {
    const server = await bench.serve(ok);
    const transport = await bench.openAs(
      server.url,
      {},
      { exec: { command: 'sh', args: ['-c', 'echo no login >&2; exit 1'] } },
    );

    const error = await failureOf(transport.request(GET, never()));

    expect(error.message).to.equal(
      'the credential command "sh" of the kubeconfig gave no credentials: no login',
    );
  });
});
