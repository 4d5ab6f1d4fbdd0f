import { expect } from 'chai';
import { operatorRoutes, type OperatorRoutes } from '../../../src/server/operator-routes.ts';
import { route } from '../../../src/server/router.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const healthy: OperatorRoutes = {
  metrics: createMetrics(),
  liveness: () => undefined,
  readiness: () => [{ name: 'informers', ready: true }],
  syncGit: () => undefined,
};
const ask = (parts: Partial<OperatorRoutes>, method: string, path: string) =>
  route(operatorRoutes({ ...healthy, ...parts }), method, path);

describe('the routes of the operator', () => {
  it('serve the metrics in the text format of Prometheus', async () => {
    const { status, headers, body } = ask({}, 'GET', '/metrics');

    let text = '';
    for await (const piece of body) text += piece;
    expect(status).to.equal(200);
    expect(headers?.['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(text).to.contain('\nflux_git_ready 1\n');
  });

  it('answer /healthz as Helm Operator did', () => {
    expect(ask({}, 'GET', '/healthz')).to.include({ status: 200, body: 'OK' });
  });

  it('fail /healthz only when the operator is stuck, with the reason', () => {
    const stuck = { liveness: () => 'a pass has got nowhere for 90 min' };
    const lost = { readiness: () => [{ name: 'API server', ready: false, why: 'does not answer' }] };

    expect(ask(stuck, 'GET', '/healthz')).to.include({
      status: 503,
      body: 'a pass has got nowhere for 90 min\n',
    });
    expect(ask(lost, 'GET', '/healthz').status).to.equal(200);
  });

  it('name on /readyz each part and why it is not ready, without a secret', () => {
    const parts = [
      { name: 'informers', ready: true },
      { name: 'API server', ready: false, why: 'https://me:hunter2@host does not answer' },
    ];

    const { status, body } = ask({ readiness: () => parts }, 'GET', '/readyz');

    expect(status).to.equal(503);
    expect(JSON.parse(body as string)).to.deep.equal({
      ready: false,
      parts: [parts[0], { ...parts[1], why: 'https://***@host does not answer' }],
    });
  });

  it('answer 200 on /readyz when every part is ready', () => {
    const { status, body } = ask({}, 'GET', '/readyz');

    expect(status).to.equal(200);
    expect(JSON.parse(body as string)).to.have.property('ready', true);
  });

  it('start a sync on POST /api/v1/sync-git, and on nothing else', () => {
    let syncs = 0;
    const parts = { syncGit: () => (syncs += 1) };

    expect(ask(parts, 'POST', '/api/v1/sync-git')).to.include({ status: 200, body: 'OK' });
    expect(ask(parts, 'GET', '/api/v1/sync-git').status).to.equal(405);
    expect(ask(parts, 'PUT', '/api/v1/sync-git').status).to.equal(405);
    expect(syncs).to.equal(1);
  });

  it('defect 19: name on the paths of the old profiler the flag that opens another one', () => {
    for (const path of ['/debug/pprof', '/debug/pprof/', '/debug/pprof/heap?debug=1']) {
      const { status, body } = ask({}, 'GET', path);
      expect(status, path).to.equal(404);
      expect(body).to.match(/^there is no profiler on this port: start the operator with --inspect-listen=/);
    }
    expect(ask({}, 'GET', '/debug/pprofile')).to.include({ status: 404, body: 'not found\n' });
  });

  it('have nothing of the inspector that such a flag opens', () => {
    for (const path of ['/json', '/json/list', '/json/version']) {
      expect(ask({}, 'GET', path), path).to.include({ status: 404, body: 'not found\n' });
    }
  });
});
