import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { ReleaseSettings } from '../../../../src/api/settings.ts';
import type { ValuesSource } from '../../../../src/api/values-sources.ts';
import type { Chart } from '../../../../src/charts/chart.ts';
import { createComposeValues } from '../../../../src/release/desire/values.ts';
import { UNWATCHED } from '../../../../src/kube/vigil.ts';
import { createValuesRoom } from '../../../../src/values/room.ts';

const TEXT = `text: ${'x'.repeat(90)}\n`;
const { signal } = new AbortController();

function settingsWith(source: ValuesSource): ReleaseSettings {
  return {
    valuesFrom: [source],
    values: {},
    valuesIgnored: false,
    source: { kind: 'repository' },
  } as unknown as ReleaseSettings;
}

describe('the values of a release', () => {
  it('are fetched once each time, and hold no room that others need while a host takes its time', async () => {
    let answer = Promise.resolve(Buffer.from(TEXT));
    let fetches = 0;
    const compose = createComposeValues({
      readConfigMap: () => Promise.resolve({ metadata: { name: 'a' }, data: { 'values.yaml': TEXT } }),
      readSecret: () => Promise.resolve(undefined),
      fetchExternal: () => {
        fetches += 1;
        return answer;
      },
      room: createValuesRoom(100, 10),
    });
    const composed = (key: string, source: ValuesSource) =>
      compose(settingsWith(source), {} as Chart, { key, signal, lifeline: UNWATCHED });

    const url = { kind: 'url', url: 'https://slow.example.com', optional: false } as const;
    (await composed('shop/slow', url))[Symbol.dispose](); // now it is known to be large
    const late = Promise.withResolvers<Buffer<ArrayBuffer>>();
    answer = late.promise;
    const slow = composed('shop/slow', url);
    const source = {
      kind: 'configMap',
      namespace: 'shop',
      name: 'a',
      key: 'values.yaml',
      optional: false,
    } as const;
    (await composed('shop/quick', source))[Symbol.dispose]();
    late.resolve(Buffer.from(TEXT));

    using held = await slow;
    expect(held.values.merged).to.deep.equal({ text: 'x'.repeat(90) });
    expect(fetches).to.equal(2);
  });
});
