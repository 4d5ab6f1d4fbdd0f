import type { ConfigMapContent, SecretContent, ValuesReaders } from '../../../src/values/read-source.ts';

export interface Fixture {
  /** By `namespace/name`; the data as text. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly urls?: Readonly<Record<string, string>>;
  readonly chartFiles?: Readonly<Record<string, string>>;
}

/** Readers that answer from tables. */
export function readersOf(fixture: Fixture): ValuesReaders {
  return {
    configMap: ({ namespace, name }) => {
      const data = fixture.configMaps?.[`${namespace}/${name}`];
      return Promise.resolve<ConfigMapContent | undefined>(data && { data });
    },
    secret: ({ namespace, name }) => {
      const data = fixture.secrets?.[`${namespace}/${name}`];
      return Promise.resolve<SecretContent | undefined>(data && { data: encoded(data) });
    },
    fetchExternal: (url) => answer(fixture.urls?.[url]),
    readChartFile: (path) => answer(fixture.chartFiles?.[path]),
  };
}

function answer(text: string | undefined): Promise<Buffer> {
  return text === undefined ? Promise.reject(new Error('no such file')) : Promise.resolve(Buffer.from(text));
}

function encoded(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
}
