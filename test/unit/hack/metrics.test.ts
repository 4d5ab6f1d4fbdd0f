import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { metricsPage, unitOf } from '../../../hack/metrics/page.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';

const SCRIPT = fileURLToPath(new URL('../../../hack/metrics/main.ts', import.meta.url));

describe('npm run metrics', function () {
  this.timeout(30_000);

  it('finds that what is committed is what the metrics say', () => {
    const { status, stderr } = spawnSync(process.execPath, [SCRIPT, '--check'], { encoding: 'utf8' });

    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });

  it('lists every metric once, and no series of any value', async () => {
    const page = await metricsPage();
    const names = [...(await createMetrics({ process: true }).text()).matchAll(/^# TYPE (\S+)/gm)];

    expect(names.length).to.be.above(90);
    for (const [, name = ''] of names) expect(page.split(`\n| \`${name}\` |`), name).to.have.length(2);
    expect(page).to.not.include('app-00000');
  });

  it('takes units from names', () => {
    expect(unitOf('a_timestamp_seconds')).to.equal('seconds since 1970');
    expect(unitOf('a_duration_seconds')).to.equal('seconds');
    expect(unitOf('a_bytes_total')).to.equal('bytes');
    expect(unitOf('a_info')).to.equal('');
    expect(unitOf('a_total')).to.equal('number');
  });
});
