import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { before, describe, it } from 'mocha';
import { readConfig } from '../../../src/config.ts';
import { CHART, NAMESPACE, podOf, refusal, render } from './chart.ts';
import { PROFILES } from './profiles.ts';

/** A key with nothing after it, as of a block that was commented out: Helm then takes the default away. */
describe('a value of the chart that is left empty', function () {
  this.timeout(60_000);
  const keys: string[] = [];
  const needed: string[] = [];
  let schema: Schema;

  before(async () => {
    schema = JSON.parse(await readFile(`${CHART}/values.schema.json`, 'utf8')) as Schema;
    keys.push(...Object.keys(load(await readFile(`${CHART}/values.yaml`, 'utf8')) as object));
    needed.push(...keys.filter((key) => schema.required?.includes(key)));
  });

  it('is refused by its name if nothing goes without it', async () => {
    const told = await refusal(Object.fromEntries(needed.map((key) => [key, null])));

    for (const key of needed) expect(told).to.include(`'${key}'`);
    expect(told)
      .to.include('schema')
      .and.not.to.match(/nil pointer|wrong type|executing/);
    expect(needed).to.include.members(['git', 'image', 'securityContext', 'terminationGracePeriodSeconds']);
  });

  it('is refused by its place where it is within another', async () => {
    const within = { image: { repository: null }, git: { ssh: { configMapKey: null }, config: null } };
    const told = await refusal({ ...within, rbac: { create: null } });

    expect(told).to.include("'/image': missing property 'repository'");
    expect(told).to.include("'/git': missing property 'config'");
    expect(told).to.include("'/git/ssh': missing property 'configMapKey'");
    expect(told).to.include("'/rbac': missing property 'create'");
  });

  it('is as if it were not set otherwise, and the operator takes its flags', async () => {
    for (const key of keys.filter((each) => !needed.includes(each))) {
      const { spec } = podOf(await renderWithout(key));
      const startup = readConfig(spec.containers[0].args, { POD_NAMESPACE: NAMESPACE });
      expect(startup.kind, `${key}: ${JSON.stringify(startup)}`).to.equal('run');
    }
  });
});

interface Schema {
  readonly required?: readonly string[];
}

async function renderWithout(key: string): ReturnType<typeof render> {
  return render({ ...PROFILES['everything'], [key]: null }).catch((error: unknown) => {
    throw new Error(`with ${key} left empty`, { cause: error });
  });
}
